import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Put } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiResponse,
  PartialType,
} from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import { isOperator, seesSecrets } from '../platform/access/access-rule';
import { actorOf } from '../platform/access/actor';
import type { Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiFlag, ApiPaging } from '../platform/validation/api-parameters';
import { ApiProblems, invalid, QUERY_PROBLEMS, WRITE_PROBLEMS } from '../platform/validation/api-problems';
import { Query, ReadsQuery, ReservedWords, ValidBody } from '../platform/validation/http-input';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../platform/validation/paging/paging';
import { HttpResponse } from '../platform/http/http-response';
import { HotRoute } from '../platform/lane/hot-route.decorator';
import { QueryParameters } from '../platform/validation/query-parameters';
import type { AgentEntity } from './agent.entity';
import { AgentPresenter, presentEvent } from './agent.presenter';
import { AgentReader } from './agent.reader';
import { AgentService, type ChangeOptions } from './agent.service';
import { AGENT_ID, RESERVED_IDS, agentIdPipe } from '../agent/agent-fields';
import { AgentFieldsDto, SetStatusDto } from './dto/agent-requests.dto';
import { AgentDto, AgentEventsDto, AgentHealthDto, DeregistrationDto } from './dto/agent-responses.dto';
import { AgentAvailability } from './dependencies/agent-availability';
import { graphUnavailable, wouldBreak } from './dependencies/dependency.errors';
import { whereOf } from './search/expression-scope';
import { CHANGE_PROBLEMS, illegalTransition, UNKNOWN_AGENT_PROBLEMS } from '../agent/agent.errors';
import { GOVERNANCE_PROBLEMS } from '../governance/governance.errors';
import { cursorInvalid } from '../platform/validation/paging/log-cursor';
import { entityTag, ifNoneMatchHits } from '../agent/entity-tag';

const IF_MATCH = {
  name: 'If-Match',
  required: false,
  schema: { type: 'string' },
  description: 'An `ETag`: change the agent only if it is still in this state.',
};

const ETAG = {
  ETag: { description: 'Names the state, strongly. Heartbeats do not change it.', schema: { type: 'string' as const } },
};

const ApiBan = (): MethodDecorator =>
  ApiFlag(
    'ban',
    'true: nothing may register under the id until an operator lifts the ban (`DELETE /bans/{id}`). For operators.',
  );

const ApiIfSafe = (): MethodDecorator =>
  ApiFlag(
    'if_safe',
    'true: not when agents that depend on it would not be available any more; 409 `would_break` then.',
  );

const SAFETY_PROBLEMS = [
  wouldBreak(AGENT_ID.example, [{ id: 'front-1', path: ['front-1', AGENT_ID.example] }]),
  graphUnavailable(),
] as const;
const ONE_OF_FLAG = invalid('ban', 'must be one of true, false');
const ID_VIOLATION = invalid('id', 'must have 1 to 255 characters');
const STATUS_VIOLATION = invalid('status', 'must be one of active, maintenance, quarantined');
/** What a governed change of one agent can answer. */
const GOVERNED_PROBLEMS = [
  ...UNKNOWN_AGENT_PROBLEMS,
  ...CHANGE_PROBLEMS,
  ...GOVERNANCE_PROBLEMS,
  ...WRITE_PROBLEMS,
] as const;
const STATUS_PROBLEMS = [...GOVERNED_PROBLEMS, STATUS_VIOLATION, illegalTransition('active', 'active')] as const;

/** A merge patch as OpenAPI can describe it: the same fields, none of them required. */
class AgentPatchDto extends PartialType(AgentFieldsDto) {}

/** One agent: reading, changing and deregistering it. */
@ApiTag('agent', 'One agent')
@ApiParam(AGENT_ID)
@ReservedWords('id', RESERVED_IDS)
@Controller('agents/:id')
export class AgentController {
  constructor(
    private readonly agents: AgentService,
    private readonly reader: AgentReader,
    private readonly presenter: AgentPresenter,
    private readonly availability: AgentAvailability,
  ) {}

  @Get()
  @HotRoute()
  @Requires('read', { ownAgent: 'id' })
  @ApiOperation({
    operationId: 'getAgent',
    summary: 'Read an agent',
    description:
      'The whole record. The health and the time of the last heartbeat are those of now; the `ETag` changes only when the registration or the status does.',
  })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    schema: { type: 'string' },
    description: 'An `ETag`: answer 304 if that is still the state.',
  })
  @ApiOkResponse({ type: AgentDto, headers: ETAG, description: 'The agent.' })
  @ApiResponse({ status: 304, description: 'Unchanged.', headers: ETAG })
  @ApiProblems(ID_VIOLATION, ...UNKNOWN_AGENT_PROBLEMS)
  read(
    @Param('id', agentIdPipe) id: string,
    @Caller() principal: Principal,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
  ): HttpResponse<AgentDto> | Promise<HttpResponse<AgentDto>> {
    const found = this.reader.read(id);
    return found instanceof Promise
      ? found.then((agent) => this.present(agent, principal, ifNoneMatch))
      : this.present(found, principal, ifNoneMatch);
  }

  @Put()
  @Requires('agent', { ownAgent: 'id' })
  @ApiOperation({
    operationId: 'replaceAgent',
    summary: 'Replace the registration fields',
    description: 'What is left out gets its default. The status, the health and the owner stay.',
  })
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ type: AgentDto, headers: ETAG, description: 'The agent as it is now.' })
  @ApiProblems(invalid('name', 'is required'), ...GOVERNED_PROBLEMS, 413, 415)
  async replace(
    @Param('id', agentIdPipe) id: string,
    @ValidBody(AgentFieldsDto) body: AgentFieldsDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Caller() principal: Principal,
  ): Promise<HttpResponse<AgentDto>> {
    return this.recordOf(await this.agents.replace(id, body, optionsOf(principal, ifMatch)), principal);
  }

  @Patch()
  @Requires('agent', { ownAgent: 'id' })
  @ApiOperation({
    operationId: 'updateAgent',
    summary: 'Change some registration fields',
    description:
      'A JSON Merge Patch (RFC 7396): a value sets, null clears (a field with a default gets it back), what is absent stays. Members of `endpoints`, `metadata` and `heartbeat` likewise.',
  })
  @ApiHeader(IF_MATCH)
  @ApiConsumes('application/json', 'application/merge-patch+json')
  @ApiBody({ description: 'A value sets, null clears, what is absent stays.', type: AgentPatchDto })
  @ApiOkResponse({ type: AgentDto, headers: ETAG, description: 'The agent as it is now.' })
  @ApiProblems(
    invalid('heartbeat.interval_seconds', 'must be a whole number from 1 to 3600'),
    ...GOVERNED_PROBLEMS,
    413,
    415,
  )
  async merge(
    @Param('id', agentIdPipe) id: string,
    @Body() patch: unknown,
    @Headers('if-match') ifMatch: string | undefined,
    @Caller() principal: Principal,
  ): Promise<HttpResponse<AgentDto>> {
    return this.recordOf(await this.agents.merge(id, patch, optionsOf(principal, ifMatch)), principal);
  }

  @Delete()
  @ReadsQuery()
  @Requires('agent', { ownAgent: 'id', allowOperators: true })
  @ApiOperation({
    operationId: 'deregisterAgent',
    summary: 'Deregister an agent',
    description:
      'It is not listed any more, its own token is void, and its id answers 404 `agent_deregistered` until it is forgotten (`AGENT_RETENTION_SECONDS`). It may register again, unless it is banned.',
  })
  @ApiHeader(IF_MATCH)
  @ApiBan()
  @ApiIfSafe()
  @ApiOkResponse({ type: DeregistrationDto, description: 'Deregistered.' })
  @ApiProblems(ONE_OF_FLAG, ...SAFETY_PROBLEMS, ...GOVERNED_PROBLEMS)
  async deregister(
    @Param('id', agentIdPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
  ): Promise<DeregistrationDto> {
    const ban = parameters.words('ban', ['true', 'false']).includes('true');
    const isIfSafe = ifSafe(parameters);
    parameters.finish();
    if (isIfSafe) await this.availability.requireSafe(id, principal);
    await this.agents.deregister(id, { ...optionsOf(principal, ifMatch), ban });
    return { id, status: 'deregistered' };
  }

  @Delete('deregister')
  @ReadsQuery()
  @Requires('agent', { ownAgent: 'id', allowOperators: true })
  @ApiOperation({
    operationId: 'deregisterAgentByPath',
    summary: 'Deregister an agent, at the path of version 0',
    description: 'The same as `DELETE /agents/{id}`, for clients of version 0 of the registry.',
    deprecated: true,
  })
  @ApiHeader(IF_MATCH)
  @ApiBan()
  @ApiIfSafe()
  @ApiOkResponse({ type: DeregistrationDto, description: 'Deregistered.' })
  @ApiProblems(ONE_OF_FLAG, ...SAFETY_PROBLEMS, ...GOVERNED_PROBLEMS)
  async deregisterByPath(
    @Param('id', agentIdPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
  ): Promise<DeregistrationDto> {
    return this.deregister(id, ifMatch, parameters, principal);
  }

  @Put('status')
  @ReadsQuery()
  @Requires('operate', { ownAgent: 'id', allowItself: true })
  @ApiOperation({
    operationId: 'setAgentStatus',
    summary: 'Set or end maintenance or quarantine',
    description:
      'The agent itself may set its maintenance and end that; all else is for operators. A quarantined agent is listed and never discovered; its heartbeats are recorded, and everything else but to read itself is refused with `quarantined` until an operator sets it active. Who set a maintenance ends it: an operator’s lasts, whatever the agent registers or sends, until an operator ends it; the agent’s own ends when the agent says so or registers again.',
  })
  @ApiHeader(IF_MATCH)
  @ApiIfSafe()
  @ApiOkResponse({ type: AgentDto, headers: ETAG, description: 'The agent as it is now.' })
  @ApiProblems(...SAFETY_PROBLEMS, ...STATUS_PROBLEMS, 413, 415)
  async setStatus(
    @Param('id', agentIdPipe) id: string,
    @ValidBody(SetStatusDto) body: SetStatusDto,
    @Query() parameters: QueryParameters,
    @Headers('if-match') ifMatch: string | undefined,
    @Caller() principal: Principal,
  ): Promise<HttpResponse<AgentDto>> {
    const isIfSafe = ifSafe(parameters);
    parameters.finish();
    if (isIfSafe && body.status !== 'active') await this.availability.requireSafe(id, principal);
    return this.recordOf(await this.agents.setStatus(id, body, optionsOf(principal, ifMatch)), principal);
  }

  @Post('status')
  @ReadsQuery()
  @HttpCode(200)
  @Requires('operate', { ownAgent: 'id', allowItself: true })
  @ApiOperation({
    operationId: 'setAgentStatusByPost',
    summary: 'Set or end maintenance or quarantine, by POST',
    description: 'The same as `PUT /agents/{id}/status`, for clients of version 0 of the registry.',
    deprecated: true,
  })
  @ApiHeader(IF_MATCH)
  @ApiIfSafe()
  @ApiOkResponse({ type: AgentDto, headers: ETAG, description: 'The agent as it is now.' })
  @ApiProblems(...SAFETY_PROBLEMS, ...STATUS_PROBLEMS, 413, 415)
  async postStatus(
    @Param('id', agentIdPipe) id: string,
    @ValidBody(SetStatusDto) body: SetStatusDto,
    @Query() parameters: QueryParameters,
    @Headers('if-match') ifMatch: string | undefined,
    @Caller() principal: Principal,
  ): Promise<HttpResponse<AgentDto>> {
    return this.setStatus(id, body, parameters, ifMatch, principal);
  }

  @Get('health')
  @Requires('read', { ownAgent: 'id' })
  @ApiOperation({
    operationId: 'getAgentHealth',
    summary: 'Read an agent’s health',
    description: 'Its last report, its status and when it was last heard, as of now.',
  })
  @ApiOkResponse({ type: AgentHealthDto, description: 'The health of the agent.' })
  @ApiProblems(ID_VIOLATION, ...UNKNOWN_AGENT_PROBLEMS)
  async health(@Param('id', agentIdPipe) id: string): Promise<AgentHealthDto> {
    return this.presenter.agentHealth(await this.reader.read(id));
  }

  @Get('events')
  @ReadsQuery()
  @Requires('read', { ownAgent: 'id' })
  @ApiOperation({
    operationId: 'listAgentEvents',
    summary: 'List an agent’s events, newest first',
    description:
      'Each change of the agent: what, when, by whom and why. Heartbeats are no events, unless one changes the status.',
  })
  @ApiPaging('The most events on one page. It holds fewer when they are large: 4 MiB together.', 1024)
  @ApiOkResponse({ type: AgentEventsDto, description: 'One page of events.' })
  @ApiProblems(
    invalid('limit', 'must be a whole number from 1 to 1000'),
    ...UNKNOWN_AGENT_PROBLEMS,
    cursorInvalid(),
    ...QUERY_PROBLEMS,
  )
  async events(@Param('id', agentIdPipe) id: string, @Query() parameters: QueryParameters): Promise<AgentEventsDto> {
    const limit = parameters.integer('limit', 1, MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE);
    const cursor = parameters.one('cursor', 1024);
    parameters.finish();
    const page = await this.reader.history(id, limit, cursor);
    return { events: page.items.map(presentEvent), next_cursor: page.nextCursor };
  }

  private present(agent: AgentEntity, principal: Principal, ifNoneMatch: string | undefined): HttpResponse<AgentDto> {
    const headers = { ETag: entityTag(agent) };
    if (ifNoneMatchHits(ifNoneMatch, headers.ETag)) return new HttpResponse<AgentDto>(304, headers);
    return new HttpResponse(200, headers, this.presenter.record(agent, seesSecrets(principal, agent)));
  }

  /** For callers who may change the agent, and so see all of it. */
  private recordOf(agent: AgentEntity, principal: Principal): HttpResponse<AgentDto> {
    return new HttpResponse(
      200,
      { ETag: entityTag(agent) },
      this.presenter.record(agent, seesSecrets(principal, agent)),
    );
  }
}

function ifSafe(parameters: QueryParameters): boolean {
  return parameters.words('if_safe', ['true', 'false']).includes('true');
}

function optionsOf(principal: Principal, ifMatch: string | undefined): ChangeOptions {
  return { actor: actorOf(principal), isOperator: isOperator(principal), ifMatch, where: whereOf(principal) };
}
