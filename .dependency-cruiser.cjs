/** The import table of CONTRIBUTING.md: who may import what, of our own and of Medplum's server parts. */
const only = (name, from, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^(bots|subscriptions|resources|server|web|scripts|test)/',
    pathNot: `^(${[from, ...allowed].join('|')})/`,
  },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('runtime-imports-nothing', 'bots/runtime', []),
    only('bots-do-not-know-the-server', 'bots', ['resources/terminology']),
    only('subscriptions-import-nothing', 'subscriptions', []),
    only('resources-import-nothing', 'resources', []),
    only('server-imports-nothing', 'server', []),
    {
      // The contract's names, and rules that are pure functions: nothing that loads or commits.
      name: 'pages-know-names-and-rules',
      severity: 'error',
      from: { path: '^web/' },
      to: {
        path: '^(bots|subscriptions|resources|server|scripts|test)/',
        pathNot:
          '^bots/(runtime/(contract|outcome)|[a-z]+/names|scheduling/(find|availability|booking-rules|appointment-states|places|closing-task|wall-clock)|messages/(consent|template|template-problems)|scribe/fhir/(evidence|narrative|cleaned)|journeys/(diagram|definition|relation|timing|stage-timing|parts|events))\\.ts$',
      },
    },
    only('scripts-import-what-they-run', 'scripts', ['bots', 'subscriptions', 'resources', 'server', 'web/src']),
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
