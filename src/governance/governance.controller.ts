import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import { isNarrowed, type Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiProblems, invalid, QUERY_PROBLEMS } from '../platform/validation/api-problems';
import { ApiPaging } from '../platform/validation/api-parameters';
import { cursorInvalid } from '../platform/validation/paging/log-cursor';
import { Query, ReadsQuery } from '../platform/validation/http-input';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../platform/validation/paging/paging';
import { QueryParameters } from '../platform/validation/query-parameters';
import { DecisionsDto, type DecisionDto } from './dto/decisions.dto';
import { VERDICTS, type GovernanceDecisionEntity } from './governance-decision.entity';
import { GovernanceService } from './governance.service';

/** The audit trail. */
@ApiTag('governance', 'Decisions of the policy, and the audit trail')
@Controller('governance')
export class GovernanceController {
  constructor(private readonly governance: GovernanceService) {}

  @Get('decisions')
  @ReadsQuery()
  @Requires('read', { isNarrowed: true })
  @ApiOperation({
    operationId: 'listGovernanceDecisions',
    summary: 'List decisions of the policy, newest first',
    description:
      'The audit trail: each change that was put before the policy (the Trifecta Court, say), what it decided, why, and who had asked. Empty when no policy is configured.',
  })
  @ApiQuery({
    name: 'agent_id',
    required: false,
    schema: { type: 'string', minLength: 1, maxLength: 255 },
    description: 'Only decisions about this agent.',
  })
  @ApiQuery({
    name: 'verdict',
    required: false,
    isArray: true,
    enum: VERDICTS,
    description: 'Repeatable: decisions with any of these verdicts.',
  })
  @ApiPaging('The most decisions on one page.', 1024)
  @ApiOkResponse({ type: DecisionsDto, description: 'One page of decisions.' })
  @ApiProblems(invalid('verdict', `must be one of ${VERDICTS.join(', ')}`), cursorInvalid(), ...QUERY_PROBLEMS)
  async list(@Query() parameters: QueryParameters, @Caller() principal: Principal): Promise<DecisionsDto> {
    const query = {
      agentId: parameters.one('agent_id', 255),
      verdicts: parameters.words('verdict', VERDICTS),
      limit: parameters.integer('limit', 1, MAX_PAGE_SIZE, DEFAULT_PAGE_SIZE),
      ...(isNarrowed(principal) && { visibleTo: principal }),
    };
    const cursor = parameters.one('cursor', 1024);
    parameters.finish();
    const page = await this.governance.list(query, cursor);
    return { decisions: page.items.map(present), next_cursor: page.nextCursor };
  }
}

function present(decision: GovernanceDecisionEntity): DecisionDto {
  const { action, verdict, reason } = decision;
  return {
    id: Number(decision.id),
    decided_at: decision.decidedAt.toISOString(),
    action,
    agent_id: decision.agentId,
    verdict,
    reason,
    findings: { ...decision.findings },
    latency_ms: decision.latencyMs,
    breaker_state: decision.breakerState,
    cause: decision.cause,
    actor: decision.actorKind && { kind: decision.actorKind, name: decision.actorName },
    request_id: decision.requestId,
    client_request_id: decision.clientRequestId,
  };
}
