import { type Company, qualify, showsInterest, someone } from './people.js';
import type { Story } from './story.js';

/** Somebody writes twice, under two addresses, and is found to be one person; or it was another of that name after all. */
export function wroteTwice(story: Story, company: Company, wereTwo: boolean): void {
  const person = someone(story, company.country, company.domain, 'first time');
  const again = { ...person, personId: story.id('second time'), email: `info@${company.domain}` };
  showsInterest(story, person, company.owner);
  story.pass(5, 40);
  showsInterest(story, again, company.owner);
  story.settle();
  story.pass(2, 20);
  const both = { personId: person.personId, duplicateId: again.personId };
  story.tell('MergePersons', both);
  // Both streams take note of it by themselves.
  story.settle();
  story.pass(10, 40);
  if (wereTwo) story.tell('UnmergePersons', both);
  else qualify(story, person, 'marketing-qualified');
}

/** One company stands in the books under two names. */
export function enteredTwice(story: Story, company: Company, wereTwo: boolean): void {
  const { industry, owner, name } = company;
  const [accountId, duplicateId] = [story.id('account'), story.id('account again')];
  story.tell('OpenAccount', { accountId, name, industry, owner });
  story.pass(10, 200);
  story.tell('OpenAccount', { accountId: duplicateId, name: name.toUpperCase(), industry, owner });
  story.settle();
  story.pass(10, 60);
  story.tell('MergeAccounts', { accountId, duplicateId });
  story.settle();
  story.pass(10, 40);
  if (wereTwo) story.tell('UnmergeAccounts', { accountId, duplicateId });
}

/** The wrong one of two people of the same name was converted: it is taken back, and the lead is as they were. */
export function convertedByMistake(story: Story, company: Company): void {
  const person = someone(story, company.country, company.domain, 'lead');
  const { personId } = person;
  showsInterest(story, person, company.owner);
  story.pass(2, 10);
  qualify(story, person, 'marketing-qualified');
  story.pass(2, 10);
  qualify(story, person, 'sales-qualified');
  story.pass(1, 5);
  story.tell('ConvertLead', { personId, account: { name: company.name }, owner: company.owner });
  story.settle();
  story.pass(0, 2);
  story.tell('RevertConversion', { personId, reason: 'It was somebody else of the same name' });
}
