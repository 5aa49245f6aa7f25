import { SECOND } from '../../../lib/units.ts';
import type { ElectorConfig } from '../../parts/elector.ts';

/** Numbers of a lease design. */
export interface LeasePreset extends ElectorConfig {
  readonly name: string;
  readonly why: string;
}

/** client-go's defaults: LeaseDuration, RenewDeadline, RetryPeriod, JitterFactor. */
export const CLIENT_GO: LeasePreset = {
  name: 'client-go',
  why: "the defaults of Kubernetes' leader election: 15 s lease, 10 s deadline, 2 s retry",
  leaseUs: 15 * SECOND,
  renewDeadlineUs: 10 * SECOND,
  retryUs: 2 * SECOND,
  jitter: 1.2,
};

/** The same with every duration times a factor, as somebody might configure one member. */
export const stretched = (preset: LeasePreset, factor: number): LeasePreset => ({
  ...preset,
  leaseUs: Math.round(preset.leaseUs * factor),
  renewDeadlineUs: Math.round(preset.renewDeadlineUs * factor),
  retryUs: Math.round(preset.retryUs * factor),
});

export const LEASE_PRESETS: readonly LeasePreset[] = [CLIENT_GO];

/**
 * The longest takeover after the leader crashed: its last renewal was seen late (one jittered
 * look), the lease runs out, and the next look comes a jittered period after that; 23.8 s for
 * client-go.
 */
export const takeoverBoundUs = (preset: ElectorConfig): number =>
  Math.round(preset.leaseUs + 2 * preset.retryUs * (1 + preset.jitter));
