import { testFaults } from './test-faults.ts';

testFaults(['mute', 'deaf', 'slow'], 8_000);
