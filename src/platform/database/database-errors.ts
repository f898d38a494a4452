import { types } from 'node:util';
import { QueryFailedError } from 'typeorm';

/** SQLSTATE classes and codes that speak of the server's state, not of the statement (PostgreSQL manual, appendix A). */
const SERVER_STATE = /^(08|28|3D000|42P01|53|57P|58|25006|40001|40P01|55P03|57014)/;
/** Those of them that pass by themselves: no connection, no resources, starting up or shutting down. */
const PASSING = /^(08|53|57P)/;
const CONNECTION_LOST =
  /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|Connection terminated|connect.* timeout|timeout.* connect|timeout expired|Query read timeout|Client has encountered a connection error|not queryable|pool after calling end/;
/** Serialization failure and deadlock: the server says that it has undone everything. */
const ROLLED_BACK = /^(40001|40P01)$/;

/** Whether PostgreSQL refused a statement for the values in it: data exceptions, violated constraints, limits (classes 22, 23, 54). */
export function isAboutData(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlState(error));
}

/** Whether PostgreSQL cannot be asked now, for whatever reason that is not in the statement. */
export function isUnavailable(error: unknown): boolean {
  return isConnectionLost(error) || SERVER_STATE.test(sqlState(error));
}

/** Whether there is no server to talk to, but may be soon. */
export function isUnreachable(error: unknown): boolean {
  return isConnectionLost(error) || PASSING.test(sqlState(error));
}

/** Whether the server has no room for another connection, and so is there. */
export function isCrowded(error: unknown): boolean {
  return sqlState(error).startsWith('53');
}

/** Why a server that answers takes no writes. */
export type WriteRefusal = 'read_only' | 'full' | 'empty';

/**
 * Whether, and why, the server refused to write: it is a standby or set read-only (25006), its disk is full (53100), or the database has
 * been made anew and has no tables (42P01).
 */
export function writeRefusal(error: unknown): WriteRefusal | undefined {
  return { '25006': 'read_only' as const, '53100': 'full' as const, '42P01': 'empty' as const }[sqlState(error)];
}

/** Whether a lock was not to be had within `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === '55P03';
}

/** Whether the server has ended the statement, because it took too long or somebody wanted it. */
export function isCancelled(error: unknown): boolean {
  return sqlState(error) === '57014';
}

/** Whether nothing of the statement or transaction has been done, for certain. */
export function isRolledBack(error: unknown): boolean {
  return ROLLED_BACK.test(sqlState(error));
}

/** Whether the connection failed, before the statement, in the middle, or after it was done: nobody knows. */
export function isConnectionLost(error: unknown): boolean {
  const cause = driverErrorOf(error);
  if (sqlState(error) === '57P01') return true; // the server says that it hangs up
  return types.isNativeError(cause) && CONNECTION_LOST.test(`${codeOf(cause)} ${causes(cause)}`);
}

/** Empty when the error does not come from the server. */
function sqlState(error: unknown): string {
  return codeOf(driverErrorOf(error));
}

function driverErrorOf(error: unknown): unknown {
  return error instanceof QueryFailedError ? error.driverError : error;
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

function causes(error: Error): string {
  const { errors } = error as { errors?: unknown };
  return [error.message, ...(Array.isArray(errors) ? errors.map(String) : [])].join(' ');
}
