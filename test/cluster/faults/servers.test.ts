import { testFaults } from './test-faults.ts';

testFaults(['kill-nats', 'kill-leader', 'pause', 'suspend', 'majority'], 8_000);
