import { Controller, Get, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import { FILTER_PROBLEM } from '../query/filter-error';
import { outsideScope } from '../platform/access/access.errors';
import { actorOf } from '../platform/access/actor';
import type { Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiFlag, ApiPaging } from '../platform/validation/api-parameters';
import { ApiProblems, invalid, QUERY_PROBLEMS, WRITE_PROBLEMS } from '../platform/validation/api-problems';
import { rejectIfAny } from '../platform/validation/domain-error';
import { Query, ReadsQuery, ValidBody } from '../platform/validation/http-input';
import { LargeBody } from '../platform/http/bodies/json-body';
import { QueryParameters } from '../platform/validation/query-parameters';
import { HttpResponse } from '../platform/http/http-response';
import { HotRoute } from '../platform/lane/hot-route.decorator';
import { AgentImportService } from './bulk-import/agent-import.service';
import { AgentPresenter } from './agent.presenter';
import { ApiFilters } from './search/agent-criteria';
import { asSeenBy, queryFromDiscovery, queryFromParameters, type AgentQuery } from './search/agent-query';
import { AGENT_FIELDS } from './search/agent-fields';
import { ORDER_NAMES } from './search/agent-order';
import { AgentReader } from './agent.reader';
import { DiscoverAgentsDto, ImportAgentsDto, RegisterAgentDto } from './dto/agent-requests.dto';
import { RegistrationDto } from './dto/agent-responses.dto';
import { AgentPageDto, DiscoveryDto } from './dto/agent-lists.dto';
import { ImportResultsDto } from './bulk-import/import-results.dto';
import { AGENT_ID } from '../agent/agent-fields';
import { agentBanned, agentLimitReached, agentQuarantined, idempotencyKeyReused } from '../agent/agent.errors';
import { GOVERNANCE_PROBLEMS } from '../governance/governance.errors';
import { LONGEST_CURSOR } from '../platform/validation/paging/paging';
import { RegistrationService } from './registration/registration.service';

const EXAMPLE_ID = AGENT_ID.example;
const LOCATION = { Location: { description: 'The path of the agent.', schema: { type: 'string' as const } } };

/** All agents: enrolling and finding them. */
@ApiTag('agents', 'Registering and finding agents')
@Controller('agents')
export class AgentsController {
  constructor(
    private readonly registrations: RegistrationService,
    private readonly agents: AgentReader,
    private readonly imports: AgentImportService,
    private readonly presenter: AgentPresenter,
  ) {}

  @Post('register')
  @HotRoute({ needsRequestContext: true })
  @Requires('agent', { isNarrowed: true })
  @ApiOperation({
    operationId: 'registerAgent',
    summary: 'Register an agent, or register it again under its id',
    description:
      'An agent that chooses its id is the same one after a restart: its record is replaced and it is active again. An agent that does not gets an id. With access control on, the answer has the agent’s own token. The client that registers an id first owns the agent.',
  })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    description:
      'For agents that do not choose their id: a repeat within 24 h gets the first answer, without the token.',
  })
  @ApiCreatedResponse({ type: RegistrationDto, description: 'Registered.', headers: LOCATION })
  @ApiOkResponse({
    type: RegistrationDto,
    description: 'The id was registered: its record is replaced, the agent active again.',
    headers: LOCATION,
  })
  @ApiProblems(
    invalid('capabilities[3]', 'is there twice'),
    agentQuarantined(EXAMPLE_ID),
    agentBanned(EXAMPLE_ID),
    agentLimitReached(1000),
    idempotencyKeyReused(),
    outsideScope(),
    ...GOVERNANCE_PROBLEMS,
    ...WRITE_PROBLEMS,
    413,
    415,
  )
  async register(
    @ValidBody(RegisterAgentDto) body: RegisterAgentDto,
    @Caller() principal: Principal,
    @Headers('idempotency-key') idempotencyKey: string | undefined,
  ): Promise<HttpResponse<RegistrationDto>> {
    const isKey = idempotencyKey === undefined || (idempotencyKey.length >= 1 && idempotencyKey.length <= 255);
    rejectIfAny(isKey ? [] : [{ field: 'Idempotency-Key', message: 'must have 1 to 255 characters' }]);
    const { created, answer } = await this.registrations.register(body, principal, idempotencyKey);
    return new HttpResponse(created ? 201 : 200, { Location: `/agents/${answer.id}` }, answer);
  }

  @Get()
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'listAgents',
    summary: 'List agents',
    description:
      'Page by page, in the order of their ids unless `order_by` says another. All filters hold at once. Deregistered agents are never listed.',
  })
  @ApiFilters()
  @ApiQuery({
    name: 'order_by',
    required: false,
    enum: ORDER_NAMES,
    description:
      'The order, ascending unless it says `desc`; default `id`. In the orders of `status`, `last_seen` and `load` there is one page only.',
  })
  @ApiQuery({
    name: 'fields',
    required: false,
    type: String,
    example: 'id,name,health',
    description: `The members that are wanted, with commas between: ${AGENT_FIELDS.join(', ')}. \`id\` always comes.`,
  })
  @ApiFlag('include_total', 'false: `total` is left out, and nothing is counted.', true)
  @ApiPaging('The most agents on one page.', LONGEST_CURSOR)
  @ApiOkResponse({ type: AgentPageDto, description: 'One page of agents.' })
  @ApiProblems(invalid('limit', 'must be a whole number from 1 to 1000'), FILTER_PROBLEM, ...QUERY_PROBLEMS)
  async list(@Query() parameters: QueryParameters, @Caller() principal: Principal): Promise<AgentPageDto> {
    return this.page(asSeenBy(principal, queryFromParameters(parameters)), principal);
  }

  @Post('discover')
  @HttpCode(200)
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'discoverAgents',
    summary: 'Find agents by type, category, status and capabilities',
    description:
      'For agents that look for others. All criteria hold at once. Quarantined agents are never found. Those of any other status are, unless `status` says which.',
  })
  @ApiOkResponse({ type: DiscoveryDto, description: 'One page of agents.' })
  @ApiProblems(invalid('limit', 'must be a whole number from 1 to 1000'), FILTER_PROBLEM, ...QUERY_PROBLEMS, 413, 415)
  async discover(
    @ValidBody(DiscoverAgentsDto) body: DiscoverAgentsDto,
    @Caller() principal: Principal,
  ): Promise<DiscoveryDto> {
    const page = await this.page(asSeenBy(principal, queryFromDiscovery(body)), principal);
    return { ...page, query: { ...body } };
  }

  @Post('import')
  @HttpCode(200)
  @ReadsQuery()
  @LargeBody()
  @Requires('admin')
  @ApiOperation({
    operationId: 'importAgents',
    summary: 'Import static definitions of agents',
    description:
      'Makes agents known that have never been alive; they are `inactive` until they register. Each definition is judged alone: `results` says what became of it. Of an agent that is known it sets what it says and clears nothing, and importing again changes nothing.',
  })
  @ApiFlag('dry_run', 'true: answer with the results and write nothing.')
  @ApiOkResponse({ type: ImportResultsDto, description: 'What became of each definition.' })
  @ApiProblems(invalid('agents', 'must be an array of 1 to 500 definitions'), ...WRITE_PROBLEMS, 413, 415)
  async import(
    @ValidBody(ImportAgentsDto) { agents }: ImportAgentsDto,
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
  ): Promise<ImportResultsDto> {
    const dryRun = parameters.words('dry_run', ['true', 'false']).includes('true');
    parameters.finish();
    return { results: await this.imports.import(agents, { dryRun, actor: actorOf(principal) }) };
  }

  private async page(query: AgentQuery, principal: Principal): Promise<AgentPageDto> {
    const { items, total, nextCursor } = await this.agents.list(query);
    const agents = items.map((agent) => this.presenter.listItem(agent, query.fields, principal));
    return { agents, ...(total !== undefined && { total }), next_cursor: nextCursor };
  }
}
