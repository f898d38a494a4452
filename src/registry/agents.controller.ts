import { Controller, Get, Headers, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import { actorOf } from '../platform/access/actor';
import type { Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiProblems } from '../platform/validation/api-problems';
import { rejectIfAny } from '../platform/validation/domain-error';
import { Query, ReadsQuery, ValidBody } from '../platform/validation/http-input';
import { TakesBatch } from '../platform/http/json-body';
import { QueryParameters } from '../platform/validation/query-parameters';
import { HttpResponse } from '../platform/http/http-response';
import { HotRoute } from '../platform/lane/hot-route.decorator';
import { AgentImportService } from './bulk-import/agent-import.service';
import { AgentPresenter } from './agent.presenter';
import { ApiFilters } from './search/agent-filters';
import { asSeenBy, queryFromDiscovery, queryFromParameters, type AgentQuery } from './search/agent-query';
import { AGENT_FIELDS } from './search/agent-fields';
import { ORDER_NAMES } from './search/agent-order';
import { AgentService } from './agent.service';
import { DiscoverAgentsDto, ImportAgentsDto, RegisterAgentDto } from './dto/agent-requests.dto';
import { AgentPageDto, DiscoveryDto, ImportResultsDto, RegistrationDto } from './dto/agent-responses.dto';
import { RegistrationService } from './registration/registration.service';

const LOCATION = { Location: { description: 'The path of the agent.', schema: { type: 'string' as const } } };

/** All agents: enrolling and finding them. */
@ApiTag('agents', 'Registering and finding agents')
@Controller('agents')
export class AgentsController {
  constructor(
    private readonly registrations: RegistrationService,
    private readonly agents: AgentService,
    private readonly imports: AgentImportService,
    private readonly presenter: AgentPresenter,
  ) {}

  @Post('register')
  @HotRoute({ needsRequestContext: true })
  @Requires('agent', { isNarrowed: true })
  @ApiOperation({ operationId: 'registerAgent', summary: 'Register an agent, or register it again under its id' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: '1–255 characters; a repeat within 24 h gets the first answer, without the token.',
  })
  @ApiCreatedResponse({ type: RegistrationDto, description: 'Registered.', headers: LOCATION })
  @ApiOkResponse({
    type: RegistrationDto,
    description: 'The id was registered: its record is replaced, the agent active again.',
    headers: LOCATION,
  })
  @ApiProblems(400, 403, 413, 415, 422)
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
  @ApiOperation({ operationId: 'listAgents', summary: 'List agents, filtered and ordered, page by page' })
  @ApiFilters()
  @ApiQuery({
    name: 'order_by',
    required: false,
    enum: ORDER_NAMES,
    description: 'Default `id`. In the orders of `status` and `last_seen` there is one page only.',
  })
  @ApiQuery({
    name: 'fields',
    required: false,
    type: String,
    example: 'id,name,health',
    description: `The members that are wanted, with commas between: ${AGENT_FIELDS.join(', ')}. \`id\` always comes.`,
  })
  @ApiQuery({
    name: 'include_total',
    required: false,
    enum: ['true', 'false'],
    description: 'false: `total` is left out, and nothing is counted.',
  })
  @ApiQuery({ name: 'limit', required: false, type: 'integer', description: '1 to 1000, default 100.' })
  @ApiQuery({ name: 'cursor', required: false, type: String, description: 'The `next_cursor` of the page before.' })
  @ApiOkResponse({ type: AgentPageDto })
  @ApiProblems(400)
  async list(@Query() parameters: QueryParameters, @Caller() principal: Principal): Promise<AgentPageDto> {
    return this.page(asSeenBy(principal, queryFromParameters(parameters)), principal);
  }

  @Post('discover')
  @HttpCode(200)
  @Requires('read', { isNarrowed: true })
  @ApiOperation({ operationId: 'discoverAgents', summary: 'Find agents by type, category, status and capabilities' })
  @ApiOkResponse({ type: DiscoveryDto })
  @ApiProblems(400, 413, 415)
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
  @TakesBatch()
  @Requires('admin')
  @ApiOperation({
    operationId: 'importAgents',
    summary: 'Import static definitions: agents that are known without being alive',
  })
  @ApiQuery({
    name: 'dry_run',
    required: false,
    enum: ['true', 'false'],
    description: 'true: tell the results, write nothing.',
  })
  @ApiOkResponse({ type: ImportResultsDto })
  @ApiProblems(400, 413, 415)
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
