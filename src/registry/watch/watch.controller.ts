import { Controller, Get, Headers, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiQuery } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { cursorGone, encodePosition, LONGEST_LOG_CURSOR } from '../../events/log/log-position';
import type { Principal } from '../../platform/access/principal';
import { Caller, Requires } from '../../platform/access/requires.decorator';
import { ApiTag } from '../../platform/http/api-tag';
import type { OutStream } from '../../platform/streams/out-stream';
import { streamFormatOf, type StreamFormat } from '../../platform/streams/stream-format';
import { StreamHub, tooManyStreams } from '../../platform/streams/stream-hub';
import { ApiProblems, invalid, QUERY_PROBLEMS } from '../../platform/validation/api-problems';
import { DomainError } from '../../platform/validation/domain-error';
import { Query, ReadsQuery } from '../../platform/validation/http-input';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { FILTER_PROBLEM } from '../../query/filter-error';
import { ApiFilters } from '../search/agent-criteria';
import { AgentWatches, type WatchRequest } from './agent-watches';
import { WatchPageDto } from './watch.dto';
import { HEALTH_INTERVAL, LONGEST_WAIT, watchQuery } from './watch.request';

const EXAMPLE_CURSOR = 'Uc3dXgR0lDcyV0VxjGCUeEHfAhsxMDQy';
const ACCESS = { access: 'read', isNarrowed: true } as const;

/** The agents that match, kept up to date. */
@ApiTag('events')
@Controller('agents/watch')
export class WatchController {
  constructor(
    private readonly hub: StreamHub,
    private readonly watches: AgentWatches,
  ) {}

  @Get()
  @ReadsQuery()
  @Requires(ACCESS.access, { isNarrowed: ACCESS.isNarrowed })
  @ApiOperation({
    operationId: 'watchAgents',
    summary: 'Watch the agents that match',
    description:
      'As a stream (`Accept: text/event-stream` or `application/x-ndjson`): an `upsert` for each agent that matches, `synced`, then `upsert` and `remove` as agents begin to match, change or cease to match. With `Accept: application/json` the changes after a cursor, as a long poll. See docs/events.md.',
  })
  @ApiFilters()
  @ApiQuery({
    name: 'after',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: LONGEST_LOG_CURSOR },
    description: 'A cursor: go on after it, without the initial part. For answers in JSON also `now`.',
  })
  @ApiQuery({
    name: 'wait',
    required: false,
    schema: { type: 'integer', minimum: 0, maximum: LONGEST_WAIT, default: 0 },
    description: 'Answers in JSON only: how many seconds to wait for a change.',
  })
  @ApiQuery({
    name: 'health_interval',
    required: false,
    schema: { type: 'integer', minimum: HEALTH_INTERVAL.least, maximum: HEALTH_INTERVAL.most },
    description: 'Streams only: a `health` event for all matching agents, at most 1,000, every so many seconds.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    schema: { type: 'string', maxLength: LONGEST_LOG_CURSOR },
    description: 'The cursor that came last, as browsers send it when they connect again; it wins over `after`.',
  })
  @ApiProduces('application/json', 'text/event-stream', 'application/x-ndjson')
  @ApiOkResponse({ type: WatchPageDto, description: 'The changes after the cursor; or a stream.' })
  @ApiProblems(
    invalid('after', 'is not a cursor of the event log'),
    FILTER_PROBLEM,
    ...QUERY_PROBLEMS,
    cursorGone('cursor_invalid', 'after', EXAMPLE_CURSOR),
    cursorGone('cursor_expired', 'after', EXAMPLE_CURSOR),
    tooManyStreams(),
  )
  async watch(
    @Query() parameters: QueryParameters,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Caller() principal: Principal,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const format = streamFormatOf(request.headers.accept);
    const query = watchQuery(parameters, principal, format !== undefined, lastEventId);
    const { selection, after, waitSeconds } = query;
    if (format === undefined) {
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      const page = await this.watches.poll(selection, after ?? 'now', waitSeconds * 1_000, gone.signal);
      response.json({
        changes: page.events.map(({ type, data }) => ({ type, ...changeOf(type, data) })),
        next_cursor: encodePosition(page.position),
      } satisfies WatchPageDto);
      return;
    }
    const stream = this.open(format, principal, request, response);
    await this.send(stream, { ...query, after: after === 'now' ? undefined : after });
  }

  private open(format: StreamFormat, principal: Principal, request: Request, response: Response): OutStream {
    return this.hub.begin({ kind: 'watch', format, request, response, principal, requirement: ACCESS });
  }

  /** Never rejects: the head of the answer is sent. */
  private async send(stream: OutStream, request: WatchRequest): Promise<void> {
    let isInitial = request.after === undefined;
    try {
      for await (const { type, data, position } of this.watches.follow(request, stream.signal)) {
        if (stream.signal.aborted) break; // the rest of the first part would be read for no client
        stream.write(stream.textOf({ event: type, data, ...(position && { id: encodePosition(position) }) }));
        if (type === 'synced') isInitial = false;
        // Who reads the present state slowly gets it slowly; who does not read what changes is cut off.
        if (isInitial) await stream.drained();
        if (type === 'gone') stream.end('gone');
      }
    } catch (error) {
      const code = error instanceof DomainError ? error.code : 'internal_error';
      stream.end('failed', { event: 'end', data: JSON.stringify({ code }) });
      if (!(error instanceof DomainError)) throw error;
    }
  }
}

function changeOf(type: string, data: string): { agent: object } | { id: string; cause: string } {
  const value = JSON.parse(data) as { id: string; cause: string };
  return type === 'upsert' ? { agent: value } : value;
}
