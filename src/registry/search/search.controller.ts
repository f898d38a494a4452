import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import type { Principal } from '../../platform/access/principal';
import { Caller, Requires } from '../../platform/access/requires.decorator';
import { ApiTag } from '../../platform/http/api-tag';
import { ApiLimit } from '../../platform/validation/api-parameters';
import { ApiProblems, invalid, QUERY_PROBLEMS } from '../../platform/validation/api-problems';
import { FILTER_PROBLEM } from '../../query/filter-error';
import { Query, ReadsQuery, ValidBody } from '../../platform/validation/http-input';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { AgentReader } from '../agent.reader';
import { CheckFilterDto } from '../dto/agent-requests.dto';
import { AgentCountDto, CheckedFilterDto, FacetsDto } from '../dto/agent-lists.dto';
import { agentFilter } from './filter-expression';
import { ApiFilters } from './agent-criteria';
import { asSeenBy, selectionFromParameters } from './agent-query';
import { facetsFrom } from './facets';

/** Figures about the agents that match, and help for those who write expressions. */
@ApiTag('agents')
@Controller()
export class SearchController {
  constructor(private readonly agents: AgentReader) {}

  @Get('agents/count')
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'countAgents',
    summary: 'Count agents',
    description: 'How many agents match the filters, at most two seconds ago.',
  })
  @ApiFilters()
  @ApiOkResponse({ type: AgentCountDto, description: 'The count.' })
  @ApiProblems(invalid('status', 'must be one of active, unhealthy, inactive'), FILTER_PROBLEM, ...QUERY_PROBLEMS)
  async count(@Query() parameters: QueryParameters, @Caller() principal: Principal): Promise<AgentCountDto> {
    const query = asSeenBy(principal, selectionFromParameters(parameters));
    return { total: await this.agents.count(query) };
  }

  @Get('agents/facets')
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'listAgentFacets',
    summary: 'Count agents by their values',
    description: 'Which values the agents have that match the filters, and how many agents have each.',
  })
  @ApiFilters()
  @ApiQuery({
    name: 'by',
    schema: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 256 }, minItems: 1, maxItems: 10 },
    example: ['type', 'metadata.team'],
    description:
      'Repeatable: `type`, `status`, `category`, `version`, `locality`, `capability`, `health` or `metadata.<key>`; up to ten of them.',
  })
  @ApiLimit('The most values of each.', 1000, 20)
  @ApiOkResponse({ type: FacetsDto, description: 'The counts.' })
  @ApiProblems(
    invalid('by', 'must be one of type, status, category, version, locality, capability, health or metadata.<key>'),
    FILTER_PROBLEM,
    ...QUERY_PROBLEMS,
  )
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
  @ApiOkResponse({ type: CheckedFilterDto, description: 'The expression is valid.' })
  @ApiProblems(invalid('filter', 'is required'), FILTER_PROBLEM, 413, 415)
  check(@ValidBody(CheckFilterDto) { filter }: CheckFilterDto): CheckedFilterDto {
    const { uses, isIndexed } = agentFilter(filter);
    return { valid: true, uses, indexed: isIndexed };
  }
}
