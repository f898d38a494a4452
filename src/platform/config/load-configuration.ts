import { validateSync } from 'class-validator';
import { similarNames } from '../common/similar-names';
import { TlsFileError, TlsFiles } from '../http/tls-files';
import { Configuration, ConfigurationError } from './configuration';
import { EnvFileError, readEnvFile } from './env-file';
import { FROM_FILES, readSecretFile, SecretFileError, type FromFile } from './secret-files';

/**
 * Reads and validates all settings. A variable that is empty counts as not set.
 * @throws ConfigurationError naming every wrong variable at once
 */
export function loadConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const configuration = new Configuration();
  for (const name of variableNames()) {
    const text = environment[name]?.trim();
    if (text) assign(configuration, name, text);
  }
  const unusable = assignFromFiles(configuration);
  const isSet = (name: keyof Configuration): boolean => Boolean(environment[name]?.trim());
  if (configuration.NODE_ENV === 'production' && !isSet('AUTH_MODE')) configuration.AUTH_MODE = 'token';
  const isOpen = configuration.AUTH_MODE === 'none';
  if (isOpen && !isSet('SERVER_HOST')) configuration.SERVER_HOST = '127.0.0.1';
  if (!isOpen && !isSet('RATE_LIMIT_REQUESTS_PER_SECOND')) configuration.RATE_LIMIT_REQUESTS_PER_SECOND = 1_000;
  const errors = validateSync(configuration, { stopAtFirstError: true });
  const wrong = errors.filter(({ property }) => !unusable.some(({ name }) => name === property));
  const problems = wrong.flatMap((error) => Object.values(error.constraints ?? {}));
  problems.push(...unusable.map(({ problem }) => problem));
  if (problems.length === 0) problems.push(...contradictions(configuration));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return configuration;
}

/** Reads what is in files; gives the settings for which that did not go well. */
function assignFromFiles(configuration: Configuration): { name: FromFile; problem: string }[] {
  return FROM_FILES.flatMap((name) => {
    const variable = `${name}_FILE` as const;
    const path = configuration[variable];
    if (path === undefined) return [];
    if (configuration[name] !== undefined)
      return [{ name, problem: `${variable} must not be set beside ${name}: they say the same` }];
    try {
      configuration[name] = readSecretFile(variable, path);
      return [];
    } catch (error) {
      if (!(error instanceof SecretFileError)) throw error;
      return [{ name, problem: error.message }];
    }
  });
}

/** Settings that are right by themselves and not together. */
function contradictions(configuration: Configuration): string[] {
  const problems: string[] = [];
  // A heartbeat is refused while others have waited for half of the timeout to be written.
  const most = configuration.HEARTBEAT_TIMEOUT_SECONDS * 250;
  if (configuration.HEARTBEAT_FLUSH_INTERVAL_MS > most)
    problems.push(`HEARTBEAT_FLUSH_INTERVAL_MS must be at most ${most}, a quarter of HEARTBEAT_TIMEOUT_SECONDS`);
  const { HEALTH_DEGRADED_PERCENT: degraded } = configuration;
  if (configuration.HEALTH_UNHEALTHY_PERCENT < degraded)
    problems.push(`HEALTH_UNHEALTHY_PERCENT must be at least ${degraded}, HEALTH_DEGRADED_PERCENT`);
  const { LOG_LEVEL, LOG_REQUESTS } = configuration;
  if (LOG_REQUESTS !== 'off' && (LOG_LEVEL === 'warn' || LOG_LEVEL === 'error'))
    problems.push('LOG_REQUESTS must go with LOG_LEVEL=info or debug: requests are logged at info');
  problems.push(...tlsProblems(configuration));
  return problems;
}

function tlsProblems(configuration: Configuration): string[] {
  const { TLS_CERT_FILE, TLS_KEY_FILE, TLS_CLIENT_CA_FILE } = configuration;
  if (!TLS_CERT_FILE !== !TLS_KEY_FILE) {
    const [missing, given] = TLS_CERT_FILE ? ['TLS_KEY_FILE', 'TLS_CERT_FILE'] : ['TLS_CERT_FILE', 'TLS_KEY_FILE'];
    return [`${missing} must be set with ${given}`];
  }
  if (TLS_CLIENT_CA_FILE && !TLS_CERT_FILE) return ['TLS_CERT_FILE must be set with TLS_CLIENT_CA_FILE'];
  try {
    TlsFiles.of(configuration);
    return [];
  } catch (error) {
    if (error instanceof TlsFileError) return [error.message];
    throw error;
  }
}

/**
 * The process's own environment, `.env` read underneath it when there is one.
 * @throws ConfigurationError for a file that cannot be understood
 */
export function processEnvironment(): NodeJS.ProcessEnv {
  try {
    for (const [name, value] of Object.entries(readEnvFile('.env'))) process.env[name] ??= value;
  } catch (error) {
    if (error instanceof EnvFileError) throw new ConfigurationError([error.message]);
    throw error;
  }
  return process.env;
}

/** Variables that are no settings and look like one that is misspelt, each with the setting that may be meant. */
export function misspeltSettings(environment: NodeJS.ProcessEnv): { name: string; meant: string }[] {
  return similarNames(Object.keys(environment), variableNames());
}

/** The token with which commands of ours ask a running service; undefined when there is none in the environment. */
export function commandToken(environment: NodeJS.ProcessEnv): string | undefined {
  return environment.AGENT_REGISTRY_TOKEN?.trim() || undefined;
}

/** Every declared field is an own property of a new instance (`useDefineForClassFields`), so the class is the list. */
function variableNames(): (keyof Configuration)[] {
  return Object.keys(new Configuration()) as (keyof Configuration)[];
}

/** Text that is not a whole number stays text, so that its rule refuses it and names it. */
function assign(configuration: Configuration, name: keyof Configuration, text: string): void {
  const isNumber = typeof new Configuration()[name] === 'number';
  Object.assign(configuration, { [name]: isNumber && /^-?\d{1,15}$/.test(text) ? Number(text) : text });
}
