import { DAY, HOUR, MINUTE, SECOND, type WallUs } from './units.ts';

/**
 * A UTC instant as ISO 8601, with as many decimals of the second as it has: `2026-03-29T01:00:00Z`.
 * For years 0 to 9999; the arithmetic is Howard Hinnant's for the proleptic Gregorian calendar.
 */
export function formatUtc(wallUs: WallUs): string {
  const days = Math.floor(wallUs / DAY);
  const rest = wallUs - days * DAY;
  // Counted from 0000-03-01, leap days come last in a year, and a 400-year era has 146,097 days.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T${formatTimeOfDay(rest)}Z`;
}

function formatTimeOfDay(us: number): string {
  const hour = digits(Math.floor(us / HOUR), 2);
  const minute = digits(Math.floor((us % HOUR) / MINUTE), 2);
  const second = digits(Math.floor((us % MINUTE) / SECOND), 2);
  const fraction = us % SECOND;
  const decimals = fraction === 0 ? '' : `.${digits(fraction, 6).replace(/0+$/, '')}`;
  return `${hour}:${minute}:${second}${decimals}`;
}

const digits = (value: number, width: number): string => String(value).padStart(width, '0');
