import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Put } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
  ApiResponse,
  PartialType,
} from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import { isOperator, seesSecrets } from '../platform/access/access-rule';
import { actorOf } from '../platform/access/actor';
import type { Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiProblems } from '../platform/validation/api-problems';
import { Query, ReadsQuery, ReservedWords, ValidBody } from '../platform/validation/http-input';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../platform/validation/paging';
import { HttpResponse } from '../platform/http/http-response';
import { HotRoute } from '../platform/lane/hot-route.decorator';
import { QueryParameters } from '../platform/validation/query-parameters';
import type { AgentEntity } from './agent.entity';
import { AgentPresenter, presentEvent } from './agent.presenter';
import { AgentService, type ChangeOptions } from './agent.service';
import { AGENT_ID, RESERVED_IDS, agentIdPipe } from '../agent/agent-fields';
import { AgentFieldsDto, SetStatusDto } from './dto/agent-requests.dto';
import { AgentDto, AgentEventsDto, AgentHealthDto, DeregistrationDto } from './dto/agent-responses.dto';
import { whereOf } from './search/expression-scope';
import { entityTag, ifNoneMatchHits } from '../agent/entity-tag';

const IF_MATCH = {
  name: 'If-Match',
  required: false,
  description: 'An `ETag`: change the agent only if it is still in this state.',
};

const ETAG = {
  ETag: { description: 'Names the state, strongly. Heartbeats do not change it.', schema: { type: 'string' as const } },
};

const BAN = {
  name: 'ban',
  required: false,
  enum: ['true', 'false'],
  description:
    'true: nothing may register under the id until an operator lifts the ban (`DELETE /bans/{id}`). For operators.',
};

/** A merge patch as OpenAPI can tell it: of the same fields, none of which has to be there. */
class AgentPatchDto extends PartialType(AgentFieldsDto) {}

/** One agent: reading, changing and deregistering it. */
@ApiTag('agent', 'One agent')
@ApiParam(AGENT_ID)
@ReservedWords('id', RESERVED_IDS)
@Controller('agents/:id')
export class AgentController {
  constructor(
    private readonly agents: AgentService,
    private readonly presenter: AgentPresenter,
  ) {}

  @Get()
  @HotRoute()
  @Requires('read', { ownAgent: 'id' })
  @ApiOperation({ operationId: 'getAgent', summary: 'The whole record' })
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'An `ETag`: answer 304 if that is still the state.',
  })
  @ApiOkResponse({ type: AgentDto, headers: ETAG })
  @ApiResponse({ status: 304, description: 'Unchanged.', headers: ETAG })
  @ApiProblems(400, 404)
  read(
    @Param('id', agentIdPipe) id: string,
    @Caller() principal: Principal,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
  ): HttpResponse<AgentDto> | Promise<HttpResponse<AgentDto>> {
    const found = this.agents.read(id);
    return found instanceof Promise
      ? found.then((agent) => this.present(agent, principal, ifNoneMatch))
      : this.present(found, principal, ifNoneMatch);
  }

  @Put()
  @Requires('agent', { ownAgent: 'id' })
  @ApiOperation({
    operationId: 'replaceAgent',
    summary: 'Replace the registration fields; what is left out gets its default',
  })
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ type: AgentDto, headers: ETAG })
  @ApiProblems(400, 403, 404, 409, 412, 413, 415)
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
  @ApiOperation({ operationId: 'updateAgent', summary: 'Change registration fields (JSON Merge Patch, RFC 7396)' })
  @ApiHeader(IF_MATCH)
  @ApiConsumes('application/json', 'application/merge-patch+json')
  @ApiBody({ description: 'A value sets, null clears, what is absent stays.', type: AgentPatchDto })
  @ApiOkResponse({ type: AgentDto, headers: ETAG })
  @ApiProblems(400, 403, 404, 409, 412, 413, 415)
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
  @ApiOperation({ operationId: 'deregisterAgent', summary: 'Deregister' })
  @ApiHeader(IF_MATCH)
  @ApiQuery(BAN)
  @ApiOkResponse({ type: DeregistrationDto })
  @ApiProblems(400, 403, 404, 409, 412)
  async deregister(
    @Param('id', agentIdPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
  ): Promise<DeregistrationDto> {
    const ban = parameters.words('ban', ['true', 'false']).includes('true');
    parameters.finish();
    await this.agents.deregister(id, { ...optionsOf(principal, ifMatch), ban });
    return { id, status: 'deregistered' };
  }

  @Delete('deregister')
  @ReadsQuery()
  @Requires('agent', { ownAgent: 'id', allowOperators: true })
  @ApiOperation({ operationId: 'deregisterAgentByPath', summary: 'The same, at the path of the original' })
  @ApiHeader(IF_MATCH)
  @ApiQuery(BAN)
  @ApiOkResponse({ type: DeregistrationDto })
  @ApiProblems(400, 403, 404, 409, 412)
  async deregisterByPath(
    @Param('id', agentIdPipe) id: string,
    @Headers('if-match') ifMatch: string | undefined,
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
  ): Promise<DeregistrationDto> {
    return this.deregister(id, ifMatch, parameters, principal);
  }

  @Put('status')
  @Requires('operate', { ownAgent: 'id', allowItself: true })
  @ApiOperation({
    operationId: 'setAgentStatus',
    summary: 'Maintenance or quarantine, and back',
    description:
      'For operators; maintenance also with the agent’s own token. A quarantined agent is listed and never discovered; its heartbeats are recorded, and everything else but to read itself is refused with `quarantined` until an operator sets it active. Who set a maintenance ends it: an operator’s lasts, whatever the agent registers or sends, until an operator ends it; the agent’s own ends when the agent says so or registers again.',
  })
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ type: AgentDto, headers: ETAG })
  @ApiProblems(400, 403, 404, 409, 412, 413, 415)
  async setStatus(
    @Param('id', agentIdPipe) id: string,
    @ValidBody(SetStatusDto) body: SetStatusDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Caller() principal: Principal,
  ): Promise<HttpResponse<AgentDto>> {
    return this.recordOf(await this.agents.setStatus(id, body, optionsOf(principal, ifMatch)), principal);
  }

  @Post('status')
  @HttpCode(200)
  @Requires('operate', { ownAgent: 'id', allowItself: true })
  @ApiOperation({ operationId: 'setAgentStatusByPost', summary: 'The same as PUT' })
  @ApiHeader(IF_MATCH)
  @ApiOkResponse({ type: AgentDto, headers: ETAG })
  @ApiProblems(400, 403, 404, 409, 412, 413, 415)
  async postStatus(
    @Param('id', agentIdPipe) id: string,
    @ValidBody(SetStatusDto) body: SetStatusDto,
    @Headers('if-match') ifMatch: string | undefined,
    @Caller() principal: Principal,
  ): Promise<HttpResponse<AgentDto>> {
    return this.setStatus(id, body, ifMatch, principal);
  }

  @Get('health')
  @Requires('read', { ownAgent: 'id' })
  @ApiOperation({ operationId: 'getAgentHealth', summary: 'How the agent feels' })
  @ApiOkResponse({ type: AgentHealthDto })
  @ApiProblems(400, 404)
  async health(@Param('id', agentIdPipe) id: string): Promise<AgentHealthDto> {
    return this.presenter.agentHealth(await this.agents.read(id));
  }

  @Get('events')
  @ReadsQuery()
  @Requires('read', { ownAgent: 'id' })
  @ApiOperation({ operationId: 'listAgentEvents', summary: 'What became of the agent, newest first' })
  @ApiQuery({
    name: 'limit',
    required: false,
    type: 'integer',
    description: '1 to 1000, default 100. A page holds fewer events when they are large: 4 MiB together.',
  })
  @ApiQuery({ name: 'cursor', required: false, type: String })
  @ApiOkResponse({ type: AgentEventsDto })
  @ApiProblems(400, 404, 410)
  async events(@Param('id', agentIdPipe) id: string, @Query() parameters: QueryParameters): Promise<AgentEventsDto> {
    const limit = parameters.integer('limit', 1, MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE);
    const cursor = parameters.one('cursor', 1024);
    parameters.finish();
    const page = await this.agents.history(id, limit, cursor);
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

function optionsOf(principal: Principal, ifMatch: string | undefined): ChangeOptions {
  return { actor: actorOf(principal), isOperator: isOperator(principal), ifMatch, where: whereOf(principal) };
}
