import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import type { Principal } from '../../platform/access/principal';
import { Caller, Requires } from '../../platform/access/requires.decorator';
import { ApiTag } from '../../platform/http/api-tag';
import { ApiProblems } from '../../platform/validation/api-problems';
import { Query, ReadsQuery, ValidBody } from '../../platform/validation/http-input';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { AgentService } from '../agent.service';
import { CheckFilterDto } from '../dto/agent-requests.dto';
import { AgentCountDto, CheckedFilterDto, FacetsDto } from '../dto/agent-responses.dto';
import { agentFilter } from './agent-filter';
import { ApiFilters } from './agent-filters';
import { asSeenBy, selectionFromParameters } from './agent-query';
import { facetsFrom } from './facets';

/** Figures about the agents that match, and help for those who write expressions. */
@ApiTag('agents')
@Controller()
export class SearchController {
  constructor(private readonly agents: AgentService) {}

  @Get('agents/count')
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({ operationId: 'countAgents', summary: 'How many agents match' })
  @ApiFilters()
  @ApiOkResponse({ type: AgentCountDto })
  @ApiProblems(400)
  async count(@Query() parameters: QueryParameters, @Caller() principal: Principal): Promise<AgentCountDto> {
    const query = asSeenBy(principal, selectionFromParameters(parameters));
    return { total: await this.agents.count(query) };
  }

  @Get('agents/facets')
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({ operationId: 'listAgentFacets', summary: 'Which values the agents have that match, and how often' })
  @ApiFilters()
  @ApiQuery({
    name: 'by',
    isArray: true,
    type: String,
    example: ['type', 'metadata.team'],
    description:
      '`type`, `status`, `category`, `version`, `capability`, `health` or `metadata.<key>`; up to ten of them.',
  })
  @ApiQuery({ name: 'limit', required: false, type: 'integer', description: 'Values of each: 1 to 1000, default 20.' })
  @ApiOkResponse({ type: FacetsDto })
  @ApiProblems(400)
  async facets(@Query() parameters: QueryParameters, @Caller() principal: Principal): Promise<FacetsDto> {
    const request = facetsFrom(parameters);
    const query = asSeenBy(principal, selectionFromParameters(parameters), true);
    return { facets: await this.agents.facets(query, request) };
  }

  @Post('filters/check')
  @HttpCode(200)
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'checkFilter',
    summary: 'Check an expression, for editors',
    description: 'Nothing is evaluated. What is wrong with it comes as `invalid_filter`, with its place.',
  })
  @ApiOkResponse({ type: CheckedFilterDto })
  @ApiProblems(400, 413, 415)
  check(@ValidBody(CheckFilterDto) { filter }: CheckFilterDto): CheckedFilterDto {
    const { uses, isIndexed } = agentFilter(filter);
    return { valid: true, uses, indexed: isIndexed };
  }
}
