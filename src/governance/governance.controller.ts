import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import { ApiTag } from '../platform/http/api-tag';
import { isNarrowed, type Principal } from '../platform/access/principal';
import { Caller, Requires } from '../platform/access/requires.decorator';
import { ApiProblems } from '../platform/validation/api-problems';
import { Query, ReadsQuery } from '../platform/validation/http-input';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../platform/validation/paging';
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
    summary: 'What was put before the Trifecta Court and what it said, newest first',
  })
  @ApiQuery({ name: 'agent_id', required: false, type: String })
  @ApiQuery({ name: 'verdict', required: false, isArray: true, enum: VERDICTS, description: 'Any of them.' })
  @ApiQuery({ name: 'limit', required: false, type: 'integer', description: '1 to 1000, default 100.' })
  @ApiQuery({ name: 'cursor', required: false, type: String })
  @ApiOkResponse({ type: DecisionsDto })
  @ApiProblems(400, 410)
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
