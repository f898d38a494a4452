import { Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
} from '@nestjs/swagger';
import type { Principal } from '../../platform/access/principal';
import { Caller, Requires } from '../../platform/access/requires.decorator';
import { secretsKeyMissing } from '../../platform/common/sealed-secrets/sealed-secrets';
import { ApiTag } from '../../platform/http/api-tag';
import { HttpResponse } from '../../platform/http/http-response';
import { ApiPaging } from '../../platform/validation/api-parameters';
import { ApiProblems, invalid, QUERY_PROBLEMS, WRITE_PROBLEMS } from '../../platform/validation/api-problems';
import { DomainError } from '../../platform/validation/domain-error';
import { OptionalBody, Query, ReadsQuery, ValidBody } from '../../platform/validation/http-input';
import { cursorGone } from '../log/log-position';
import { decodeCursor, DEFAULT_PAGE_SIZE, isRevision, MAX_PAGE_SIZE } from '../../platform/validation/paging/paging';
import type { QueryParameters } from '../../platform/validation/query-parameters';
import { FILTER_PROBLEM } from '../../query/filter-error';
import { CreateWebhookDto, ReplayDto, RotateSecretDto, UpdateWebhookDto } from './dto/webhook-requests.dto';
import {
  DeletedWebhookDto,
  WebhookDeliveriesDto,
  WebhookDeliveryDto,
  WebhookDto,
  WebhooksDto,
  WebhookTestDto,
  WebhookWithSecretDto,
} from './dto/webhook-responses.dto';
import { DELIVERY_STATES } from './webhook-delivery.entity';
import {
  deliveryNotFound,
  eventExpired,
  secretUnreadable,
  webhookLimitReached,
  webhookNotFound,
  webhooksNeedListedToken,
} from './webhook.errors';
import { presentDelivery, presentTest, presentWebhook } from './webhook.presenter';
import type { ListedWebhook } from './webhooks.repository';
import { listOf, WebhooksService } from './webhooks.service';

const EXAMPLE_ID = 'wh-0192f1c0-7b7e-7cc0-8a53-2f3a1c9d7e11';
const WEBHOOK_ID = { name: 'id', example: EXAMPLE_ID, description: 'The id of the webhook.' };
const DELIVERY_ID = {
  name: 'delivery',
  example: '42',
  description: 'The id of the delivery, which is that of the event.',
};
const LOCATION = { Location: { description: 'The path of the webhook.', schema: { type: 'string' as const } } };
const URL_VIOLATION = invalid('url', 'must not lead to the special address 10.0.0.1');
/** As an example; where the oldest cursor is in it, it is no example of every problem. */
function goneCursor(code: 'cursor_invalid' | 'cursor_expired', field: string): DomainError {
  const { kind, message, errors } = cursorGone(code, field, '');
  return new DomainError(kind, code, message, { errors });
}

const NO_PARAMETER = invalid('verbose', 'is not a parameter of this request');
const UNKNOWN = webhookNotFound(EXAMPLE_ID);

/** Addresses outside that events are sent to. */
@ApiTag('webhooks', 'Events, sent to addresses outside: signed, in order, tried again')
@Controller('webhooks')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Post()
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'createWebhook',
    summary: 'Have events sent to an address',
    description:
      'Each event is a signed `POST` (Standard Webhooks 1.0), sent until it is answered with a status from 200 to 299: at least once, and in order for one agent. What is sent is what the caller’s token may read at that time; the webhook ends with the token.',
  })
  @ApiCreatedResponse({
    type: WebhookWithSecretDto,
    headers: LOCATION,
    description: 'Made. The secret is shown this once.',
  })
  @ApiProblems(
    URL_VIOLATION,
    FILTER_PROBLEM,
    webhooksNeedListedToken(),
    secretsKeyMissing(),
    webhookLimitReached(100),
    goneCursor('cursor_invalid', 'start'),
    goneCursor('cursor_expired', 'start'),
    ...WRITE_PROBLEMS,
    413,
    415,
  )
  async create(
    @ValidBody(CreateWebhookDto) body: CreateWebhookDto,
    @Caller() principal: Principal,
  ): Promise<HttpResponse<WebhookWithSecretDto>> {
    const { webhook, secret } = await this.webhooks.create(body, principal);
    const answer = { ...this.present(webhook), secret };
    return new HttpResponse(201, { location: `/webhooks/${webhook.id}` }, answer);
  }

  @Get()
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'listWebhooks',
    summary: 'List webhooks',
    description: 'With `admin` those of all clients, else the caller’s own.',
  })
  @ApiOkResponse({ type: WebhooksDto, description: 'All of them, the oldest first.' })
  @ApiProblems(invalid('limit', 'is not a parameter of this request'), ...QUERY_PROBLEMS)
  async list(@Caller() principal: Principal): Promise<WebhooksDto> {
    const webhooks = await this.webhooks.list(principal);
    return { webhooks: webhooks.map((webhook) => this.present(webhook)) };
  }

  @Get(':id')
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'getWebhook',
    summary: 'Read a webhook',
    description: 'How it is set, and how it is doing.',
  })
  @ApiParam(WEBHOOK_ID)
  @ApiOkResponse({ type: WebhookDto, description: 'The webhook.' })
  @ApiProblems(NO_PARAMETER, UNKNOWN)
  async read(@Param('id') id: string, @Caller() principal: Principal): Promise<WebhookDto> {
    return this.present(await this.webhooks.find(id, principal));
  }

  @Patch(':id')
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'updateWebhook',
    summary: 'Change a webhook',
    description:
      'A value sets, null clears, what is absent stays; `headers` are replaced as a whole. `enabled: true` takes up where it has stopped, and what waits is tried at once. One that has ended with its token belongs to the client that enables it.',
  })
  @ApiParam(WEBHOOK_ID)
  @ApiConsumes('application/json', 'application/merge-patch+json')
  @ApiBody({ type: UpdateWebhookDto })
  @ApiOkResponse({ type: WebhookDto, description: 'The webhook as it is now.' })
  @ApiProblems(
    URL_VIOLATION,
    FILTER_PROBLEM,
    UNKNOWN,
    secretsKeyMissing(),
    webhooksNeedListedToken(),
    ...WRITE_PROBLEMS,
    413,
    415,
  )
  async update(
    @Param('id') id: string,
    @ValidBody(UpdateWebhookDto) body: UpdateWebhookDto,
    @Caller() principal: Principal,
  ): Promise<WebhookDto> {
    return this.present(await this.webhooks.update(id, body, principal));
  }

  @Delete(':id')
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'deleteWebhook',
    summary: 'Delete a webhook',
    description: 'With its deliveries. What is under way may still arrive.',
  })
  @ApiParam(WEBHOOK_ID)
  @ApiOkResponse({ type: DeletedWebhookDto, description: 'Deleted.' })
  @ApiProblems(NO_PARAMETER, UNKNOWN, ...WRITE_PROBLEMS)
  async delete(@Param('id') id: string, @Caller() principal: Principal): Promise<DeletedWebhookDto> {
    await this.webhooks.delete(id, principal);
    return { id, deleted: true };
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Give a webhook a new secret',
    description: 'For `overlap_seconds` requests have two signatures, so that receivers can change over in peace.',
  })
  @ApiParam(WEBHOOK_ID)
  @ApiBody({ type: RotateSecretDto, required: false })
  @ApiOkResponse({ type: WebhookWithSecretDto, description: 'The webhook, and its new secret: shown this once.' })
  @ApiProblems(
    invalid('overlap_seconds', 'must be a whole number from 0 to 604800'),
    UNKNOWN,
    secretsKeyMissing(),
    ...WRITE_PROBLEMS,
    413,
    415,
  )
  async rotateSecret(
    @Param('id') id: string,
    @OptionalBody(RotateSecretDto) body: RotateSecretDto,
    @Caller() principal: Principal,
  ): Promise<WebhookWithSecretDto> {
    const { webhook, secret } = await this.webhooks.rotate(id, body.overlap_seconds ?? 86_400, principal);
    return { ...this.present(webhook), secret };
  }

  @Post(':id/test')
  @HttpCode(200)
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'testWebhook',
    summary: 'Send a test event',
    description:
      'Once, at once, also when the webhook is disabled: `ai.noaark.webhook.test.v1`, signed as every event. The answer says what came of it.',
  })
  @ApiParam(WEBHOOK_ID)
  @ApiOkResponse({ type: WebhookTestDto, description: 'What came of it.' })
  @ApiProblems(NO_PARAMETER, UNKNOWN, secretUnreadable())
  async test(@Param('id') id: string, @Caller() principal: Principal): Promise<WebhookTestDto> {
    return presentTest(await this.webhooks.test(id, principal));
  }

  @Post(':id/replay')
  @HttpCode(200)
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'replayWebhook',
    summary: 'Send events again',
    description: 'All events after a cursor that filter and rights let through, with the ids that they had.',
  })
  @ApiParam(WEBHOOK_ID)
  @ApiOkResponse({ type: WebhookDto, description: 'The webhook, at its new place in the log.' })
  @ApiProblems(
    invalid('after', 'is required'),
    goneCursor('cursor_invalid', 'after'),
    goneCursor('cursor_expired', 'after'),
    UNKNOWN,
    ...WRITE_PROBLEMS,
    413,
    415,
  )
  async replay(
    @Param('id') id: string,
    @ValidBody(ReplayDto) { after }: ReplayDto,
    @Caller() principal: Principal,
  ): Promise<WebhookDto> {
    return this.present(await this.webhooks.replay(id, after, principal));
  }

  @Get(':id/deliveries')
  @ReadsQuery()
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'listWebhookDeliveries',
    summary: 'List deliveries, newest event first',
    description:
      'What became of each event: kept for `WEBHOOK_DELIVERY_RETENTION_SECONDS`, what waits as long as it waits.',
  })
  @ApiParam(WEBHOOK_ID)
  @ApiQuery({
    name: 'state',
    required: false,
    isArray: true,
    enum: DELIVERY_STATES,
    description: 'Repeatable: deliveries in any of these states.',
  })
  @ApiPaging('The most deliveries on one page.', 1024)
  @ApiOkResponse({ type: WebhookDeliveriesDto, description: 'One page of deliveries.' })
  @ApiProblems(invalid('state', `must be one of ${DELIVERY_STATES.join(', ')}`), UNKNOWN, ...QUERY_PROBLEMS)
  async deliveries(
    @Param('id') id: string,
    @Query() parameters: QueryParameters,
    @Caller() principal: Principal,
  ): Promise<WebhookDeliveriesDto> {
    const states = parameters.words('state', DELIVERY_STATES);
    const limit = parameters.integer('limit', 1, MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE);
    const cursor = parameters.one('cursor', 1024);
    parameters.finish();
    const before = cursor === undefined ? undefined : decodeCursor(listOf(id), cursor, isRevision);
    const query = { states, limit, ...(before !== undefined && { before }) };
    const page = await this.webhooks.deliveries(id, query, principal);
    return { deliveries: page.items.map(presentDelivery), next_cursor: page.nextCursor };
  }

  @Post(':id/deliveries/:delivery/retry')
  @HttpCode(200)
  @Requires('operate', { isNarrowed: true })
  @ApiOperation({
    operationId: 'retryWebhookDelivery',
    summary: 'Send one event again',
    description: 'As soon as possible; one that has failed, or was delivered, gets all of its attempts again.',
  })
  @ApiParam(WEBHOOK_ID)
  @ApiParam(DELIVERY_ID)
  @ApiOkResponse({ type: WebhookDeliveryDto, description: 'The delivery, which waits for its attempt.' })
  @ApiProblems(NO_PARAMETER, UNKNOWN, deliveryNotFound('42'), eventExpired(), ...WRITE_PROBLEMS)
  async retry(
    @Param('id') id: string,
    @Param('delivery') delivery: string,
    @Caller() principal: Principal,
  ): Promise<WebhookDeliveryDto> {
    if (!isRevision(delivery)) {
      await this.webhooks.find(id, principal);
      throw deliveryNotFound(delivery);
    }
    return presentDelivery(await this.webhooks.retry(id, delivery, principal));
  }

  private present(webhook: ListedWebhook): WebhookDto {
    return presentWebhook(webhook, this.webhooks.cursorOf(webhook));
  }
}
