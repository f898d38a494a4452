import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiQuery } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AGENT_EVENT_TYPES } from '../../events/agent-changed.event';
import { cursorGone, LONGEST_LOG_CURSOR } from '../../events/log/log-position';
import type { Principal } from '../../platform/access/principal';
import { Caller, Requires } from '../../platform/access/requires.decorator';
import { ApiTag } from '../../platform/http/api-tag';
import { streamFormatOf, type StreamFormat } from '../../platform/streams/stream-format';
import { StreamHub, tooManyStreams } from '../../platform/streams/stream-hub';
import { ApiLimit } from '../../platform/validation/api-parameters';
import { ApiProblems, invalid, QUERY_PROBLEMS } from '../../platform/validation/api-problems';
import { Query, ReadsQuery } from '../../platform/validation/http-input';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { FILTER_PROBLEM } from '../../query/filter-error';
import { feedEventOf } from './cloud-event';
import { FeedPageDto } from './feed.dto';
import { feedRequestFrom, LONGEST_WAIT_SECONDS, type FeedRequest } from './feed-request';
import { FeedService } from './feed.service';

const KIND = 'events';
const EXAMPLE_CURSOR = 'Uc3dXgR0lDcyV0VxjGCUeEHfAhsxMDQy';

const ApiSelection = (): MethodDecorator => (target, key, descriptor) => {
  for (const parameter of [
    ApiQuery({
      name: 'after',
      required: false,
      schema: { type: 'string', minLength: 1, maxLength: LONGEST_LOG_CURSOR },
      description: 'A cursor; `now`: only what comes; absent: from the oldest event that is kept.',
    }),
    ApiQuery({
      name: 'type',
      required: false,
      schema: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 50 } },
      description: `Only events of this type; repeatable: ${AGENT_EVENT_TYPES.join(', ')}.`,
    }),
    ApiQuery({
      name: 'agent_id',
      required: false,
      schema: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 255 } },
      description: 'Only events of this agent; repeatable.',
    }),
    ApiQuery({
      name: 'filter',
      required: false,
      schema: { type: 'string' },
      example: 'event.type == "status_changed" && agent.type == "compute"',
      description:
        'An expression over `event` and `agent`, the record now, which is missing when the agent is gone; see docs/events.md.',
    }),
  ])
    parameter(target, key, descriptor);
};

const PROBLEMS = [
  invalid('after', 'is not a cursor of the event log'),
  FILTER_PROBLEM,
  ...QUERY_PROBLEMS,
  cursorGone('cursor_invalid', 'after', EXAMPLE_CURSOR),
  cursorGone('cursor_expired', 'after', EXAMPLE_CURSOR),
  tooManyStreams(),
] as const;

/** The feed: what becomes of agents, for all who follow it. */
@ApiTag('events', 'Following what changes')
@Controller('events')
export class FeedController {
  constructor(
    private readonly feed: FeedService,
    private readonly hub: StreamHub,
  ) {}

  @Get()
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'listEvents',
    summary: 'Follow the events of all agents',
    description:
      'Oldest first, none skipped and none repeated, in the order in which each agent was changed. With `wait`, answers as soon as there is an event. `Accept: text/event-stream` or `application/x-ndjson` makes it a stream, as `GET /events/stream` is.',
  })
  @ApiSelection()
  @ApiLimit('The most events on one page. It holds fewer when they are large.')
  @ApiQuery({
    name: 'wait',
    required: false,
    schema: { type: 'integer', minimum: 0, maximum: LONGEST_WAIT_SECONDS, default: 0 },
    description: 'Seconds to wait for an event when there is none.',
  })
  @ApiOkResponse({ type: FeedPageDto, description: 'One page of events.' })
  @ApiProblems(invalid('limit', 'must be a whole number from 1 to 1000'), ...PROBLEMS)
  async list(
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
    @Req() request: Request,
    @Res() response: Response,
    @Headers('last-event-id') lastEventId: string | undefined,
  ): Promise<void> {
    const format = streamFormatOf(request.headers.accept);
    const asked = feedRequestFrom(parameters, format !== undefined, lastEventId);
    if (format) return this.begin(asked, format, principal, request, response);
    const position = await this.feed.begin(asked.start);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const { events, nextCursor, hasMore } = await this.feed.page(position, asked, principal, gone.signal);
    const page: FeedPageDto = { events: events.map(feedEventOf), next_cursor: nextCursor, has_more: hasMore };
    if (!gone.signal.aborted) response.json(page);
  }

  @Get('stream')
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'streamEvents',
    summary: 'Follow the events of all agents, as a stream',
    description:
      'Server-sent events, or JSON lines with `Accept: application/x-ndjson`. `id` is the cursor after the event, `event` its type, `data` a CloudEvent 1.0.2 whose `data` is the event with `agent`, the record now. `bookmark` events carry the cursor on where nothing is found. `gone`: the cursor has become invalid, list again.',
  })
  @ApiSelection()
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    schema: { type: 'string', maxLength: LONGEST_LOG_CURSOR },
    description: 'The `id` that came last; counts more than `after`.',
  })
  @ApiProduces('text/event-stream', 'application/x-ndjson')
  @ApiOkResponse({ type: String, description: 'The stream, until one side ends it.' })
  @ApiProblems(...PROBLEMS)
  async stream(
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
    @Req() request: Request,
    @Res() response: Response,
    @Headers('last-event-id') lastEventId: string | undefined,
  ): Promise<void> {
    const asked = feedRequestFrom(parameters, true, lastEventId);
    return this.begin(asked, streamFormatOf(request.headers.accept) ?? 'sse', principal, request, response);
  }

  /** What is wrong with the request is said before the stream begins. */
  private async begin(
    { start, selection }: FeedRequest,
    format: StreamFormat,
    principal: Principal,
    request: Request,
    response: Response,
  ): Promise<void> {
    this.hub.requirePlace();
    const position = await this.feed.begin(start);
    if (response.destroyed) return;
    const requirement = { access: 'read' as const, isNarrowed: true };
    const out = this.hub.begin({ kind: KIND, format, request, response, principal, requirement });
    await this.feed.follow(out, position, selection, principal);
  }
}
