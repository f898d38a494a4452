import { Controller, Get, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { actorOf } from '../platform/access/actor';
import type { Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiProblems } from '../platform/validation/api-problems';
import { rejectIfAny } from '../platform/validation/domain-error';
import { Query, ReadsQuery, validBody, ValidBody } from '../platform/validation/http-input';
import { TakesBatch } from '../platform/http/json-body';
import { QueryParameters } from '../platform/validation/query-parameters';
import { HotLane } from '../platform/lane/hot-lane';
import { AgentImportService } from './bulk-import/agent-import.service';
import { AgentPresenter } from './agent.presenter';
import { ApiFilters } from './search/agent-filters';
import { asSeenBy, queryFromDiscovery, queryFromParameters } from './search/agent-query';
import { AgentService } from './agent.service';
import { DiscoverAgentsDto, ImportAgentsDto, RegisterAgentDto } from './dto/agent-requests.dto';
import { AgentPageDto, DiscoveryDto, ImportResultsDto, RegistrationDto } from './dto/agent-responses.dto';
import { RegistrationService } from './registration/registration.service';

const LOCATION = { Location: { description: 'The path of the agent.', schema: { type: 'string' as const } } };

interface RegistrationResult {
  status: number;
  headers: Record<string, string>;
  body: RegistrationDto;
}

/** All agents: enrolling and finding them. */
@ApiTags('agents')
@Controller('agents')
export class AgentsController {
  constructor(
    private readonly registrations: RegistrationService,
    private readonly agents: AgentService,
    private readonly imports: AgentImportService,
    private readonly presenter: AgentPresenter,
    lane: HotLane,
  ) {
    lane.add({
      method: 'POST',
      path: '/agents/register',
      like: [AgentsController, 'register'],
      tells: true,
      answer: ({ body, principal, headers }) =>
        this.enrol(validBody(RegisterAgentDto, body), principal, headers['idempotency-key'] as string | undefined),
    });
  }

  @Post('register')
  @Requires('agent')
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
    @Res({ passthrough: true }) response: Response,
  ): Promise<RegistrationDto> {
    const { status, headers, body: answer } = await this.enrol(body, principal, idempotencyKey);
    response.status(status).set(headers);
    return answer;
  }

  @Get()
  @ReadsQuery()
  @Requires('read')
  @ApiOperation({ operationId: 'listAgents', summary: 'List agents, filtered, page by page in the order of their ids' })
  @ApiFilters()
  @ApiQuery({ name: 'limit', required: false, type: 'integer', description: '1 to 1000, default 100.' })
  @ApiQuery({ name: 'cursor', required: false, type: String, description: 'The `next_cursor` of the page before.' })
  @ApiOkResponse({ type: AgentPageDto })
  @ApiProblems(400)
  async list(@Query() parameters: QueryParameters, @Caller() principal: Principal): Promise<AgentPageDto> {
    const page = await this.agents.list(asSeenBy(principal, queryFromParameters(parameters)));
    const agents = page.items.map((agent) => this.presenter.summary(agent));
    return { agents, total: page.total, next_cursor: page.nextCursor };
  }

  @Post('discover')
  @HttpCode(200)
  @Requires('read')
  @ApiOperation({ operationId: 'discoverAgents', summary: 'Find agents by type, category, status and capabilities' })
  @ApiOkResponse({ type: DiscoveryDto })
  @ApiProblems(400, 413, 415)
  async discover(@ValidBody(DiscoverAgentsDto) body: DiscoverAgentsDto): Promise<DiscoveryDto> {
    const page = await this.agents.list(queryFromDiscovery(body));
    const agents = page.items.map((agent) => this.presenter.summary(agent));
    return { agents, total: page.total, next_cursor: page.nextCursor, query: { ...body } };
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

  private async enrol(
    body: RegisterAgentDto,
    principal: Principal,
    idempotencyKey?: string,
  ): Promise<RegistrationResult> {
    const isKey = idempotencyKey === undefined || (idempotencyKey.length >= 1 && idempotencyKey.length <= 255);
    rejectIfAny(isKey ? [] : [{ field: 'Idempotency-Key', message: 'must have 1 to 255 characters' }]);
    const { created, answer } = await this.registrations.register(body, principal, idempotencyKey);
    return { status: created ? 201 : 200, headers: { Location: `/agents/${answer.id}` }, body: answer };
  }
}
