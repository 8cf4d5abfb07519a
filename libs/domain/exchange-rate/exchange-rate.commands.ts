import { Command, type LocalDate } from '../../kernel/index.js';
import { Currency, Day, Rate } from '../fields.js';

@Command({
  says: 'Sets what one unit of a currency costs in another from a day on; set again for a day, it corrects that day.',
  by: ['sales-manager'],
  opens: true,
  refuses: { EXCHANGE_RATE_OF_ITSELF: 'Both currencies are the same.' },
  example: { from: 'EUR', to: 'USD', rate: '1.085', validFrom: '2026-05-01' },
})
export class SetExchangeRate {
  @Currency()
  readonly from!: string;

  @Currency()
  readonly to!: string;

  @Rate()
  readonly rate!: string;

  @Day()
  readonly validFrom!: LocalDate;
}
