import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiQuery } from '@nestjs/swagger';
import { AGENT_ID, agentIdPipe, RESERVED_IDS } from '../agent/agent-fields';
import { UNKNOWN_AGENT_PROBLEMS } from '../agent/agent.errors';
import type { Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiTag } from '../platform/http/api-tag';
import { ApiProblems, invalid, QUERY_PROBLEMS } from '../platform/validation/api-problems';
import { Query, ReadsQuery, ReservedWords } from '../platform/validation/http-input';
import type { QueryParameters } from '../platform/validation/query-parameters';
import { GraphDto, ImpactDto } from './dto/graph.dto';
import { graphUnavailable } from '../registry/dependencies/dependency.errors';
import { GraphService } from './graph.service';

const DEEPEST = 16;

const ApiDepth = (): MethodDecorator =>
  ApiQuery({
    name: 'depth',
    required: false,
    schema: { type: 'integer', minimum: 1, maximum: DEEPEST, default: 1 },
    description: 'How many steps away.',
  });
const DEPTH_VIOLATION = invalid('depth', 'must be a whole number from 1 to 16');
const AGENT_PROBLEMS = [...UNKNOWN_AGENT_PROBLEMS, ...QUERY_PROBLEMS, graphUnavailable()] as const;

/** What one agent depends on, what depends on it, and what breaks without it. */
@ApiTag('graph')
@ApiParam(AGENT_ID)
@ReservedWords('id', RESERVED_IDS)
@Controller('agents/:id')
export class AgentGraphController {
  constructor(private readonly graph: GraphService) {}

  @Get('dependencies')
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'listDependencies',
    summary: 'What an agent depends on',
    description:
      'The active agents that meet its dependencies, and theirs, up to `depth` steps away; what no agent meets is `unresolved`, with agents that nearly do.',
  })
  @ApiDepth()
  @ApiOkResponse({ type: GraphDto, description: 'The agents and their dependencies.' })
  @ApiProblems(DEPTH_VIOLATION, ...AGENT_PROBLEMS)
  async dependencies(
    @Param('id', agentIdPipe) id: string,
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
  ): Promise<GraphDto> {
    return this.graph.neighbours(id, 'dependencies', depthFrom(parameters), principal);
  }

  @Get('dependents')
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'listDependents',
    summary: 'What depends on an agent',
    description: 'The agents whose dependencies it meets, and those that depend on these, up to `depth` steps away.',
  })
  @ApiDepth()
  @ApiOkResponse({ type: GraphDto, description: 'The agents and their dependencies.' })
  @ApiProblems(DEPTH_VIOLATION, ...AGENT_PROBLEMS)
  async dependents(
    @Param('id', agentIdPipe) id: string,
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
  ): Promise<GraphDto> {
    return this.graph.neighbours(id, 'dependents', depthFrom(parameters), principal);
  }

  @Get('impact')
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'getAgentImpact',
    summary: 'What breaks when an agent stops',
    description: 'As things are now. Nothing is changed.',
  })
  @ApiOkResponse({ type: ImpactDto, description: 'What happens to other agents.' })
  @ApiProblems(invalid('id', 'must have 1 to 255 characters'), ...AGENT_PROBLEMS)
  async impact(@Param('id', agentIdPipe) id: string, @Caller() principal: Principal): Promise<ImpactDto> {
    return this.graph.impactOfOne(id, principal);
  }
}

function depthFrom(parameters: QueryParameters): number {
  const depth = parameters.integer('depth', 1, DEEPEST, 1);
  parameters.finish();
  return depth;
}
