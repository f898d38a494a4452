import { readCourtAnswer } from './court-answer';

describe('readCourtAnswer', () => {
  it('reads a yes', () => {
    expect(readCourtAnswer(200, '{"valid":true}')).toEqual({ outcome: 'allowed', reason: undefined, findings: {} });
  });

  it('reads a no with its reason and findings', () => {
    const text =
      '{"valid":false,"reason":"No idols","scripture":{"ok":false},"geometry":"a circle","law":null,"more":1}';
    const findings = { scripture: { ok: false }, geometry: 'a circle', law: null };
    expect(readCourtAnswer(200, text)).toEqual({
      outcome: 'denied',
      reason: 'No idols',
      findings,
      problem: { verdict: findings },
    });
    expect(readCourtAnswer(200, '{"valid":false}').problem).toEqual({
      verdict: { scripture: null, geometry: null, law: null },
    });
  });

  it.each([
    [201, '{"valid":true}'],
    [302, ''],
    [404, '{"valid":true}'],
    [500, '{"valid":true}'],
    [200, ''],
    [200, '<html>valid: true</html>'],
    [200, '{"valid":tr'],
    [200, '{"valid":"yes"}'],
    [200, '{"valid":1}'],
    [200, '{"valid":null}'],
    [200, '{}'],
    [200, '[{"valid":true}]'],
    [200, 'true'],
    [200, 'null'],
  ])('takes %d %s for no answer', (status, text) => {
    expect(readCourtAnswer(status, text)).toEqual({ outcome: 'indeterminate', reason: expect.any(String) });
  });

  it('lets a verdict stand whose findings are too deep to keep', () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    expect(readCourtAnswer(200, `{"valid":false,"law":${deep}}`)).toMatchObject({ outcome: 'denied', findings: {} });
  });

  it('cuts a reason that is too long, and no character in two', () => {
    const reason = `${'a'.repeat(999)}\u{1f600}`;
    expect(readCourtAnswer(200, JSON.stringify({ valid: false, reason })).reason).toBe(`${'a'.repeat(999)}\ufffd`);
  });
});
