// npm run prometheus-rule: writes the PrometheusRule of deploy/kubernetes from deploy/prometheus/alerts.yml, because kustomize cannot put
// one file into another. With --check it only says whether the committed one is still true.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const RULES = fileURLToPath(new URL('../deploy/prometheus/alerts.yml', import.meta.url));
const FILE = fileURLToPath(new URL('../deploy/kubernetes/components/monitoring/prometheus-rule.yaml', import.meta.url));

const indented = readFileSync(RULES, 'utf8').replaceAll(/^(?=.)/gm, '  ');
const current = `# Made by npm run prometheus-rule from deploy/prometheus/alerts.yml; do not edit.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: agent-registry
  labels:
    app.kubernetes.io/name: agent-registry
    release: set-by-the-settings
spec:
${indented}`;

if (!process.argv.includes('--check')) {
  writeFileSync(FILE, current);
} else if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== current) {
  console.error(`${FILE} is stale: run npm run prometheus-rule and commit it.`);
  process.exitCode = 1;
}
