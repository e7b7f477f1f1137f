import { testFaults } from './test-faults.ts';

// Each time that all is tested: a host that dies, one that is cut off, and all that dies at once. The first two last until the home is another's (6.5 s).
testFaults(['kill-host', 'partition', 'power'], 8_000);
