import { BackupError } from './backup.error';
import { parseBackupOptions } from './backup.options';

it.each([
  ['backup a', { command: 'backup', file: 'a', force: false, check: false }],
  ['backup --force a', { command: 'backup', file: 'a', force: true, check: false }],
  ['restore a', { command: 'restore', file: 'a', force: false, check: false }],
  ['restore a --check --force', { command: 'restore', file: 'a', force: true, check: true }],
  ['restore --help', 'help'],
])('%s', (line, options) => {
  expect(parseBackupOptions(line.split(' '))).toEqual(options);
});

it.each(['', 'backup', 'backup a b', 'backup --check a', 'restore --forced a', 'erase a'])('refuses "%s"', (line) => {
  expect(() => parseBackupOptions(line.split(' ').filter(Boolean))).toThrow(BackupError);
});
