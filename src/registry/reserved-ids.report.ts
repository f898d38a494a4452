import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { agentPath, RESERVED_IDS } from '../agent/agent-fields';
import { AgentRepository } from './agent.repository';

/** Logs at the start which agents have ids that no agent can choose any more: adopted ones, or from before a release made them paths. */
@Injectable()
export class ReservedIdsReport implements OnApplicationBootstrap {
  constructor(
    private readonly agents: AgentRepository,
    private readonly logger: PinoLogger,
  ) {
    logger.setContext(ReservedIdsReport.name);
  }

  /** Never throws: a start goes on without it. */
  async onApplicationBootstrap(): Promise<void> {
    try {
      const ids = await this.agents.registered(['', ...RESERVED_IDS].map(String));
      if (ids.length === 0) return;
      this.logger.warn(
        { ids, paths: ids.map(agentPath) },
        'There are agents with reserved ids; they are read and deregistered at these paths',
      );
    } catch (error) {
      this.logger.debug({ err: error }, 'It could not be checked whether there are agents with reserved ids');
    }
  }
}
