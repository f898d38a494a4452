import { Controller, Get, HttpCode, Post, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiQuery } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiTag } from '../platform/http/api-tag';
import { ApiLimit } from '../platform/validation/api-parameters';
import { ApiProblems, invalid, QUERY_PROBLEMS } from '../platform/validation/api-problems';
import { Query, ReadsQuery, ValidBody } from '../platform/validation/http-input';
import type { QueryParameters } from '../platform/validation/query-parameters';
import { FILTER_PROBLEM } from '../query/filter-error';
import { FILTER_LIMITS } from '../query/filter-limits';
import { agentFilter } from '../registry/search/filter-expression';
import { GraphDto, ImpactDto, ImpactRequestDto } from './dto/graph.dto';
import { graphUnavailable } from '../registry/dependencies/dependency.errors';
import { drawingOf, graphOf, GraphService, MOST_AGENTS } from './graph.service';

const FORMATS = ['json', 'dot', 'mermaid'] as const;
const MEDIA_TYPES = { dot: 'text/vnd.graphviz', mermaid: 'text/vnd.mermaid' } as const;

/** Who depends on whom in the fleet, and what breaks without some of it. */
@ApiTag('graph', 'Who depends on whom')
@Controller('graph')
export class GraphController {
  constructor(private readonly graph: GraphService) {}

  @Post('impact')
  @HttpCode(200)
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'getImpact',
    summary: 'What breaks when several agents stop',
    description: 'All those for which an expression is true, at once. Nothing is changed.',
  })
  @ApiOkResponse({ type: ImpactDto, description: 'What happens to other agents.' })
  @ApiProblems(invalid('filter', 'is required'), FILTER_PROBLEM, ...QUERY_PROBLEMS, graphUnavailable(), 413, 415)
  async impactOfMany(
    @ValidBody(ImpactRequestDto) { filter }: ImpactRequestDto,
    @Caller() principal: Principal,
  ): Promise<ImpactDto> {
    return this.graph.impactOfAll(agentFilter(filter), principal);
  }

  @Get()
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'getGraph',
    summary: 'Who depends on whom in the fleet',
    description:
      'All agents that depend on others or that others depend on, in the order of their ids; as JSON, or as a drawing for Graphviz or Mermaid.',
  })
  @ApiQuery({
    name: 'filter',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: FILTER_LIMITS.characters },
    example: 'agent.metadata.team == "data"',
    description: 'Only agents for which this expression (CEL) is true, at most 2048 characters; see docs/filters.md.',
  })
  @ApiQuery({
    name: 'format',
    required: false,
    schema: { type: 'string', enum: [...FORMATS], default: 'json' },
    description: '`dot`: for Graphviz; `mermaid`: a flowchart for Mermaid.',
  })
  @ApiLimit('The most agents.', MOST_AGENTS, MOST_AGENTS)
  @ApiProduces('application/json', ...Object.values(MEDIA_TYPES))
  @ApiOkResponse({ type: GraphDto, description: 'The agents and their dependencies; or a drawing.' })
  @ApiProblems(
    invalid('limit', 'must be a whole number from 1 to 5000'),
    FILTER_PROBLEM,
    ...QUERY_PROBLEMS,
    graphUnavailable(),
  )
  async fleet(
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
    @Res() response: Response,
  ): Promise<void> {
    const filter = parameters.text('filter');
    const [format = 'json'] = parameters.words('format', FORMATS);
    const limit = parameters.integer('limit', 1, MOST_AGENTS, MOST_AGENTS);
    parameters.finish();
    const selection = filter === undefined ? undefined : agentFilter(filter);
    const part = await this.graph.part(selection, limit, principal);
    if (format === 'json') response.json(graphOf(part.fleet, part.part));
    else response.type(MEDIA_TYPES[format]).send(drawingOf(part, format));
  }
}
