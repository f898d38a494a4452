import { Global, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PinoLogger } from 'nestjs-pino';
import { Clock } from '../common/clock';
import { PeriodicTasks } from '../scheduling/periodic-tasks';
import { Configuration } from '../config/configuration';
import { AccessControl } from './access-control';
import { AccessMetrics } from './access.metrics';
import { AgentScope, type AgentScopeClass } from './agent-scope';
import { AgentCredentialEntity } from './agent-tokens/agent-credential.entity';
import { AgentCredentials } from './agent-tokens/agent-credentials';
import { AgentCredentialsRepository } from './agent-tokens/agent-credentials.repository';
import { AgentTokenRotation } from './agent-tokens/agent-token-rotation';
import { AgentTokenRotationRepository } from './agent-tokens/agent-token-rotation.repository';
import { FormerTokenEntity } from './agent-tokens/former-token.entity';
import { Authenticator } from './authenticator';
import { OwnersController } from './owners.controller';
import { TokenAuthenticator } from './static-tokens/token.authenticator';
import { readTokens } from './static-tokens/token-list';
import { WhoAmIController } from './whoami/whoami.controller';

/** Who may do what. The one place that knows how callers are recognised. */
@Global()
@Module({})
export class AccessModule {
  /**
   * @param scope what the `where` of a token means
   * @throws ConfigurationError when the tokens of the configuration cannot be used: now, and not only when they are needed,
   * because nothing has been started yet that would have to be stopped
   */
  static forRoot(configuration: Configuration, scope: AgentScopeClass): DynamicModule {
    if (configuration.AUTH_MODE === 'token') readTokens(configuration, scope.problemOf);
    return {
      module: AccessModule,
      imports: [TypeOrmModule.forFeature([AgentCredentialEntity, FormerTokenEntity])],
      controllers: [OwnersController, WhoAmIController],
      providers: [
        AccessControl,
        { provide: AgentScope, useClass: scope },
        AccessMetrics,
        AgentCredentials,
        AgentCredentialsRepository,
        AgentTokenRotation,
        AgentTokenRotationRepository,
        {
          provide: Authenticator,
          inject: [Configuration, Clock, PeriodicTasks, PinoLogger],
          useFactory: (
            settings: Configuration,
            clock: Clock,
            tasks: PeriodicTasks,
            logger: PinoLogger,
          ): Authenticator => {
            if (settings.AUTH_MODE !== 'jwt')
              return new TokenAuthenticator(settings, clock, tasks, logger, scope.problemOf);
            // Loaded, with jose, only when it is asked for.
            const { JwtAuthenticator } = require('./jwt.authenticator') as typeof import('./jwt.authenticator');
            return new JwtAuthenticator(settings, clock, logger, scope.problemOf);
          },
        },
      ],
      exports: [AccessControl, AgentScope, AgentCredentials, AgentTokenRotation],
    };
  }
}
