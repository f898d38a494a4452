import { expiringTokens } from './expiring-tokens';

it('The metrics say which tokens end, the first to end first', () => {
  const metrics = `# HELP access_token_expires_timestamp_seconds When
# TYPE access_token_expires_timestamp_seconds gauge
access_token_expires_timestamp_seconds{name="later \\"x\\" \\\\ \\n"} 1.8e9
access_token_expires_timestamp_seconds{name="sooner"} 1700000000.5
access_tokens_expires{name="other"} 1
`;
  expect(expiringTokens(metrics)).toEqual([
    { name: 'sooner', expires_at: '2023-11-14T22:13:20.500Z' },
    { name: 'later "x" \\ \n', expires_at: '2027-01-15T08:00:00.000Z' },
  ]);
  expect(expiringTokens('')).toEqual([]);
});
