import { testFaults } from './test-faults.ts';

testFaults(['disk-full', 'clocks', 'upgrade'], 8_000);
