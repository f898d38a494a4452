import { TestClock } from '../../../test/support/test-clock';
import { SharedAnswers } from './shared-answers';

/** Asks what it is asked to, and answers when it is told to. */
class Questions {
  asked = 0;
  private readonly waiting: { answer: (value: number) => void; fail: (error: Error) => void }[] = [];

  readonly ask = (): Promise<number> => {
    this.asked++;
    return new Promise((answer, fail) => this.waiting.push({ answer, fail }));
  };

  answer(value: number): void {
    this.waiting.shift()!.answer(value);
  }

  fail(): void {
    this.waiting.shift()!.fail(new Error('failed'));
  }
}

describe('SharedAnswers', () => {
  let clock: TestClock;
  let answers: SharedAnswers;
  let questions: Questions;
  beforeEach(() => {
    clock = new TestClock();
    clock.ignoreStalls();
    answers = new SharedAnswers(clock);
    questions = new Questions();
  });

  it('asks once for all who ask meanwhile, and keeps the answer for two seconds', async () => {
    const all = [1, 2, 3].map(() => answers.recent('a', questions.ask));
    questions.answer(7);
    expect(await Promise.all(all)).toEqual([7, 7, 7]);
    expect(await answers.recent('a', questions.ask)).toBe(7);
    expect(questions.asked).toBe(1);

    await clock.advance(2.1);
    const anew = answers.recent('a', questions.ask);
    questions.answer(8);
    expect([await anew, questions.asked]).toEqual([8, 2]);
  });

  it('counts the age of an answer from when it was asked for', async () => {
    const slow = answers.recent('a', questions.ask);
    await clock.advance(1.5);
    questions.answer(7);
    await slow;
    await clock.advance(0.6);
    expect(answers.held('a')).toBeUndefined();
  });

  it('does not have anybody wait for a question that was asked too long ago', async () => {
    const slow = answers.together('a', questions.ask);
    await clock.advance(2.1);
    const later = answers.together('a', questions.ask);
    questions.answer(7);
    questions.answer(8);
    expect(await Promise.all([slow, later])).toEqual([7, 8]);
  });

  it('gives a failure to all who asked, and keeps none', async () => {
    const all = Promise.allSettled([answers.recent('a', questions.ask), answers.recent('a', questions.ask)]);
    questions.fail();
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const anew = answers.recent('a', questions.ask);
    questions.answer(8);
    expect(await anew).toBe(8);
  });

  it('shares an answer that is not kept with those alone who ask while it is worked out', async () => {
    const all = [answers.together('a', questions.ask), answers.together('a', questions.ask)];
    questions.answer(7);
    expect(await Promise.all(all)).toEqual([7, 7]);
    const later = answers.together('a', questions.ask);
    questions.answer(8);
    expect([await later, questions.asked]).toEqual([8, 2]);
  });

  it('keeps only such answers as it is told to', async () => {
    const isLarge = (total: number): boolean => total >= 100;
    for (const [name, total] of [
      ['small', 99],
      ['large', 100],
    ] as const)
      await answers.keeping(name, () => Promise.resolve(total), isLarge);
    expect([answers.held('small'), answers.held('large')]).toEqual([undefined, 100]);
  });
});
