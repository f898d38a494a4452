import { ImportProgress } from './import.progress';

describe('ImportProgress', () => {
  it('redraws one line on a terminal and takes it away again', () => {
    const written: string[] = [];
    const progress = new ImportProgress({ isTTY: true, write: (text: string) => written.push(text) });
    progress.show(50, 100, 'agents');
    progress.clear();
    progress.clear();
    expect(written).toEqual([`\r\u001b[K[${'#'.repeat(15)}${'.'.repeat(15)}] 50/100 agents`, '\r\u001b[K']);
  });

  it('says nothing elsewhere', () => {
    const write = jest.fn();
    const progress = new ImportProgress({ write });
    progress.show(1, 2, 'agents');
    progress.clear();
    expect(write).not.toHaveBeenCalled();
  });
});
