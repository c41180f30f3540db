// The import table of ARCHITECTURE.md as rules: a line that crosses it fails the build.
const core = '^packages/core/src/'
const server = '^packages/server/src/'

/** What a folder of the server may import of ours, beside itself and core. */
function only(name, from, allowed, comment) {
  return {
    name,
    severity: 'error',
    comment,
    from: { path: from, pathNot: ['\\.test\\.ts$', '/fixtures/'] },
    to: { path: '^(packages/[^/]+/(src|bin)|e2e|bench|scripts)/', pathNot: [from, ...allowed] },
  }
}

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: { pathNot: '\\.test\\.ts$' },
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    only('core-imports-core', core, [], 'core imports nothing of ours'),
    only('stats-alone', `${core}stats/`, [], 'core/stats imports nothing, not even of core'),
    only('signal-alone', `${core}signal/`, [], 'formulae of text know nothing of ours'),
    only('redaction-alone', `${core}redaction/`, [], 'what personal text looks like knows nothing of ours'),
    only('assignment-alone', `${core}assignment/`, [], 'assignment is the bottom of core'),
    only('expression-alone', `${core}expression/`, [], 'expression knows attributes, not configs'),
    only(
      'config-imports',
      `${core}config/`,
      [`${core}assignment/`, `${core}expression/`, `${core}redaction/`],
      'config uses assignment, expression and redaction',
    ),
    only('event-imports', `${core}event/`, [`${core}config/`], 'event uses config for its enums and prices'),
    only(
      'routing-imports',
      `${core}routing/`,
      [`${core}(assignment|config|expression|redaction)/`],
      'routing decides with what config compiled',
    ),
    {
      name: 'cel-in-expression',
      severity: 'error',
      comment: 'core/expression is the only importer of the CEL library',
      from: { path: '^packages/', pathNot: [`${core}expression/`] },
      to: { path: 'node_modules/(@marcbachmann/cel-js|@bufbuild/cel)' },
    },
    {
      name: 'core-has-no-io',
      severity: 'error',
      from: { path: core, pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    only('provider-imports', `${server}provider/`, [core], 'wire formats are pure translations'),
    only('storage-imports', `${server}storage/`, [core], 'stores know events and configs, nobody else'),
    only(
      'sim-imports',
      `${server}sim/`,
      [core],
      'the simulated provider stands in for a vendor: it knows nothing of ours',
    ),
    only(
      'replay-imports',
      `${server}replay/`,
      [core, `${server}cli/option-value\\.ts$`, `${server}storage/text-lines\\.ts$`],
      'replay is a client: it speaks HTTP to the gateway, and shares only how options and lines are read',
    ),
    only(
      'gateway-imports',
      `${server}gateway/`,
      [core, `${server}provider/([^/]+|translation/[^/]+)\\.ts$`, `${server}storage/[^/]+\\.ts$`],
      'the gateway knows interfaces: no concrete provider or store, no control plane',
    ),
    {
      name: 'gateway-without-registry',
      severity: 'error',
      from: { path: `${server}gateway/`, pathNot: '\\.test\\.ts$' },
      to: { path: `${server}provider/registry\\.ts$` },
    },
    only(
      'budget-imports',
      `${server}budget/`,
      [core, `${server}gateway/limit/`, `${server}storage/[^/]+\\.ts$`],
      'the ledger knows the counters of limits and the interface of its store',
    ),
    only(
      'snapshot-imports',
      `${server}snapshot/`,
      [core, `${server}data-plane\\.ts$`],
      'publishing knows configs and the messages to workers',
    ),
    only(
      'telemetry-imports',
      `${server}telemetry/`,
      [
        core,
        `${server}storage/[^/]+\\.ts$`,
        `${server}provider/otel-names\\.ts$`,
        `${server}gateway/error-table\\.ts$`,
      ],
      'telemetry is made of events; it knows the table of errors, and what the conventions call vendors',
    ),
    only(
      'event-plane-imports',
      `${server}event-plane/`,
      [core, `${server}storage/[^/]+\\.ts$`, `${server}storage/spool/`],
      'the event plane knows the spool and the interface of the store; event-plane.ts composes',
    ),
    only('network-imports', `${server}network/`, [], 'addresses and names know nothing of ours'),
    only(
      'admin-imports',
      `${server}admin/`,
      [core, `${server}(snapshot|provider|network)/`, `${server}storage/[^/]+\\.ts$`],
      'the control plane knows no gateway, no command line and no concrete store',
    ),
    {
      name: 'inworld-alone',
      severity: 'error',
      comment: "another product's shapes stay in its folder; the composition root registers them",
      from: { path: '^packages/', pathNot: [`${server}admin/inworld/`, `${server}cli/`] },
      to: { path: `${server}admin/inworld/` },
    },
    only(
      'admin-shell-imports',
      `${server}admin/http/`,
      [
        core,
        `${server}storage/[^/]+\\.ts$`,
        `${server}admin/(access|audit)/`,
        `${server}admin/revision/publishing\\.ts$`,
      ],
      'the shell knows who may do what, and what publishing answers; it knows no resource',
    ),
    {
      name: 'http-by-type',
      severity: 'error',
      comment:
        "importing node:http evaluates all it exports, Node's own fetch and WebSocket among them, which takes 15 MB: " +
        "process.getBuiltinModule('node:http') does not",
      from: { path: server, pathNot: ['\\.test\\.ts$', '/fixtures/'] },
      to: { path: '^(node:)?http$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-test-in-code',
      severity: 'error',
      from: { pathNot: ['\\.test\\.ts$', '^e2e/'] },
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^packages/[^/]+/src', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'bench/peers' },
    tsPreCompilationDeps: true,
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
}
