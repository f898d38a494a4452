import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const MOST_FILES = 20;

const folders = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1));

/** The files of the folder itself, without those of the folders in it. */
const filesOf = (folder: string) =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).filter((entry) => entry.isFile()).length;

it('the folders of src/ are found', () => {
  expect(folders).toEqual(expect.arrayContaining(['src/agent', 'src/platform/http/bodies']));
});

it.each(['src', ...folders])(`%s has at most ${MOST_FILES} files of its own`, (folder) => {
  expect(filesOf(folder)).toBeLessThanOrEqual(MOST_FILES);
});
