import type { FieldError } from '../platform/validation/domain-error';
import { fieldPath, jsonDepth } from '../platform/validation/json-limits';
import { isJsonObject } from '../platform/validation/validate';
import { incarnation } from '../agent/agent-fields';
import {
  REPORTABLE_STATUSES,
  statusFromFigures,
  type HealthReport,
  type HealthThresholds,
  type Readiness,
} from '../agent/agent-health';

/** What a heartbeat says beside that the agent is alive. */
export interface HeartbeatContent {
  report?: HealthReport;
  /** Undefined when it says nothing of it. */
  readiness?: Readiness;
  /** The process that has sent it, if it says so. */
  incarnation?: string;
}

/** A heartbeat as it came, or what is wrong with it. */
export type ParsedHeartbeat = HeartbeatContent | { errors: FieldError[] };

const MAX_MESSAGE_CHARACTERS = 500;
const MAX_METRICS_BYTES = 16 * 1024;
const MAX_METRICS_DEPTH = 8;

/**
 * Reads the body of a heartbeat: none, a report, or a report under `health`. Plain code without decorators, since nothing
 * runs as often; the same for one heartbeat and for each of a batch.
 */
export function parseHeartbeat(body: unknown, thresholds: HealthThresholds): ParsedHeartbeat {
  if (body === undefined) return {};
  if (!isJsonObject(body)) return { errors: [{ field: '', message: 'must be a JSON object' }] };
  const content: HeartbeatContent = {};
  if (!Object.hasOwn(body, 'health')) return parseReport(body, '', thresholds, content);
  let errors: FieldError[] | undefined;
  for (const name in body) {
    if (name === 'health') continue;
    const violation = isAboutBeat(name) ? takeAboutBeat(name, body[name], content) : unknown('', name).message;
    if (violation) (errors ??= []).push({ field: fieldPath('', name), message: violation });
  }
  const { health } = body;
  if (health === null || health === undefined) return errors ? { errors } : content;
  if (!isJsonObject(health)) return { errors: [...(errors ?? []), { field: 'health', message: 'must be an object' }] };
  const parsed = parseReport(health, 'health', thresholds, content);
  if (!errors) return parsed;
  return { errors: 'errors' in parsed ? [...errors, ...parsed.errors] : errors };
}

/** @param content what the heartbeat says so far; the report is added to it */
function parseReport(
  source: Record<string, unknown>,
  parent: string,
  thresholds: HealthThresholds,
  content: HeartbeatContent,
): ParsedHeartbeat {
  const report: Partial<HealthReport> = {};
  let errors: FieldError[] | undefined;
  let saysNothing = true;
  for (const name in source) {
    const value = source[name];
    if (parent === '' && isAboutBeat(name)) {
      const violation = takeAboutBeat(name, value, content);
      if (violation) (errors ??= []).push({ field: name, message: violation });
      continue;
    }
    const violation = violationOf(name, value);
    if (violation) (errors ??= []).push({ field: fieldPath(parent, name), message: violation });
    else if (value !== null) {
      (report as Record<string, unknown>)[name] = value;
      saysNothing = false;
    }
  }
  if (errors) return { errors };
  if (saysNothing) return content;
  report.status ??= statusFromFigures(report, thresholds);
  content.report = report as HealthReport;
  return content;
}

/** What stands beside the report, never inside of it. */
function isAboutBeat(name: string): name is 'ready' | 'load' | 'incarnation' {
  return name === 'ready' || name === 'load' || name === 'incarnation';
}

/** Takes it into the content; null counts as absent. What is wrong with it is returned. */
function takeAboutBeat(
  name: 'ready' | 'load' | 'incarnation',
  value: unknown,
  content: HeartbeatContent,
): string | undefined {
  if (value === null) return undefined;
  if (name === 'incarnation') {
    const violation = incarnation(value)[0]?.message;
    if (violation === undefined) content.incarnation = value as string;
    return violation;
  }
  if (name === 'ready') {
    if (typeof value !== 'boolean') return 'must be true or false';
    (content.readiness ??= {}).ready = value;
    return undefined;
  }
  if (!isNumber(value, 0, 1)) return 'must be a number from 0 to 1';
  // So exact that it is the same number in every reader.
  (content.readiness ??= {}).load = Math.round((value as number) * 1e6) / 1e6;
  return undefined;
}

/** What is wrong with one field of a report; null counts as absent. */
function violationOf(name: string, value: unknown): string | undefined {
  switch (name) {
    case 'cpu_percent':
    case 'memory_percent':
      return isNumber(value, 0, 100) ? undefined : 'must be a number from 0 to 100';
    case 'active_connections':
    case 'error_count':
      return isNumber(value, 0) && (value === null || Number.isInteger(value))
        ? undefined
        : 'must be a whole number, 0 or more';
    case 'uptime_seconds':
      return isNumber(value, 0) ? undefined : 'must be a number, 0 or more';
    case 'status':
      return value === null || (REPORTABLE_STATUSES as readonly unknown[]).includes(value)
        ? undefined
        : `must be one of ${REPORTABLE_STATUSES.join(', ')}`;
    case 'message':
      return value === null || (typeof value === 'string' && [...value].length <= MAX_MESSAGE_CHARACTERS)
        ? undefined
        : `must be text of at most ${MAX_MESSAGE_CHARACTERS} characters`;
    case 'metrics':
      return metricsViolation(value);
    default:
      return unknown('', name).message;
  }
}

function metricsViolation(value: unknown): string | undefined {
  if (value === null) return undefined;
  if (!isJsonObject(value)) return 'must be an object';
  if (jsonDepth(value) > MAX_METRICS_DEPTH) return `must not be nested more than ${MAX_METRICS_DEPTH} deep`;
  const tooLarge = Buffer.byteLength(JSON.stringify(value)) > MAX_METRICS_BYTES;
  return tooLarge ? `must not be larger than ${MAX_METRICS_BYTES} bytes as JSON` : undefined;
}

function isNumber(value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): boolean {
  return value === null || (typeof value === 'number' && value >= min && value <= max);
}

function unknown(parent: string, name: string): FieldError {
  return { field: fieldPath(parent, name), message: 'is not a known property' };
}
