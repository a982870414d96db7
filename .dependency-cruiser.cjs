/** The import table of CONTRIBUTING.md: who may import what, of our own and of Medplum's server parts. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(bots|subscriptions|resources|server|scripts|test)/', pathNot: `^(${[from, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('runtime-imports-nothing', 'bots/runtime', []),
    only('bots-do-not-know-the-server', 'bots', ['resources/terminology']),
    only('subscriptions-import-nothing', 'subscriptions', []),
    only('resources-import-nothing', 'resources', []),
    only('server-imports-nothing', 'server', []),
    only('scripts-import-what-they-run', 'scripts', ['bots', 'subscriptions', 'resources', 'server']),
    {
      name: 'only-the-server-is-a-server',
      severity: 'error',
      from: { path: '^(bots|subscriptions|resources|web)/', pathNot: '\\.test\\.ts$' },
      to: { path: 'node_modules/(@medplum/fhir-router|express)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default'] },
  },
};
