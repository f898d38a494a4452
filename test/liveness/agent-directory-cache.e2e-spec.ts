import { Database } from '../../src/platform/database/database';
import { BeatFlusher } from '../../src/heartbeat/beat-flusher';
import { BeatsRepository, type KnownAgent, type WrittenBeats } from '../../src/heartbeat/beats.repository';
import { registration } from '../support/builders';
import { createTestApp, type TestApp } from '../support/test-app';

/** The real repository, whose answers can be held up on their way. */
class HeldUpBeats extends BeatsRepository {
  private gate: { opened: Promise<void>; open: () => void; onHeld: () => void } | undefined;

  /** From now on answers wait, until {@link letGo}. Gives a promise of the first one that does. */
  holdUp(): Promise<void> {
    return new Promise((onHeld) => {
      let open = (): void => undefined;
      const opened = new Promise<void>((resolve) => (open = resolve));
      this.gate = { opened, open, onHeld };
    });
  }

  letGo(): void {
    this.gate?.open();
    this.gate = undefined;
  }

  override find(ids: string[]): Promise<KnownAgent[]> {
    return this.pass(super.find(ids));
  }

  override write(beats: Parameters<BeatsRepository['write']>[0]): Promise<WrittenBeats> {
    return this.pass(super.write(beats));
  }

  private async pass<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const result = await answer;
    if (!this.gate) return result;
    this.gate.onHeld();
    await this.gate.opened;
    return result;
  }
}

describe('What is known of an agent', () => {
  let app: TestApp;
  let beats: HeldUpBeats;
  beforeAll(async () => {
    app = await createTestApp(
      { HEARTBEAT_TIMEOUT_SECONDS: 3600, HEARTBEAT_FLUSH_INTERVAL_MS: 60_000, HEARTBEAT_SWEEP_INTERVAL_SECONDS: 3600 },
      undefined,
      (builder) =>
        builder.overrideProvider(BeatsRepository).useFactory({
          factory: (database: Database) => (beats = new HeldUpBeats(database)),
          inject: [Database],
        }),
    );
  });
  afterAll(() => app.close());

  const beat = (id: string) => app.request('POST', `/agents/${id}/heartbeat`);
  const anAgent = async (id: string): Promise<void> => {
    expect((await app.request('POST', '/agents/register', registration({ id }))).status).toBe(201);
  };
  const deregistered = { status: 404, code: 'agent_deregistered' };

  it('is not what a look-up says that a deregistration has overtaken', async () => {
    await anAgent('looked-up');
    const isHeld = beats.holdUp();
    const early = beat('looked-up');
    await isHeld;
    expect((await app.request('DELETE', '/agents/looked-up')).status).toBe(200);
    beats.letGo();
    expect((await early).status).toBe(200); // it came before
    expect((await beat('looked-up')).body).toMatchObject(deregistered);
  });

  it('is not what a flush says that a deregistration has overtaken', async () => {
    await anAgent('flushed');
    await beat('flushed');
    const isHeld = beats.holdUp();
    const flush = app.app.get(BeatFlusher).flush();
    await isHeld;
    expect((await app.request('DELETE', '/agents/flushed')).status).toBe(200);
    beats.letGo();
    expect(await flush).toBe(true);
    expect((await beat('flushed')).body).toMatchObject(deregistered);
  });
});
