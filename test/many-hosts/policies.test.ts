// One of the files that hold on several hosts, in every run of the tests: policies and roles are said at one host, and bound at the next.
process.env['HEDDLE_TEST_HOSTS'] = '3';
await import('../policies/policies.test.ts');
