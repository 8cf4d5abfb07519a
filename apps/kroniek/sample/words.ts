/*
 * What the sample's names are made of. Companies and people are composed at random from invented stems and common
 * given and family names: none of them is meant to exist.
 */

export interface Country {
  readonly name: string;
  readonly code: string;
  readonly dial: string;
  readonly places: readonly (readonly [region: string, city: string])[];
  readonly given: readonly string[];
  readonly family: readonly string[];
  /** Behind a company's name. */
  readonly forms: readonly string[];
}

export const countries: readonly Country[] = [
  {
    name: 'Netherlands',
    code: 'nl',
    dial: '+31',
    places: [
      ['Zuid-Holland', 'Rotterdam'],
      ['Utrecht', 'Amersfoort'],
      ['Gelderland', 'Arnhem'],
      ['Groningen', 'Groningen'],
      ['Noord-Brabant', 'Eindhoven'],
    ],
    given: ['Anouk', 'Bram', 'Fenna', 'Joris', 'Lotte', 'Maarten', 'Noor', 'Sander', 'Tess', 'Wouter'],
    family: ['Aalbers', 'de Wilde', 'Hoekstra', 'Kuiper', 'Postma', 'Terpstra', 'van Loon', 'Veldman', 'Zwart'],
    forms: ['B.V.', 'Groep', ''],
  },
  {
    name: 'Germany',
    code: 'de',
    dial: '+49',
    places: [
      ['Bayern', 'Augsburg'],
      ['Hessen', 'Kassel'],
      ['Niedersachsen', 'Oldenburg'],
      ['Nordrhein-Westfalen', 'Bielefeld'],
      ['Sachsen', 'Chemnitz'],
    ],
    given: ['Annika', 'Bernd', 'Clara', 'Dieter', 'Greta', 'Jonas', 'Katrin', 'Lukas', 'Miriam', 'Steffen'],
    family: ['Brandt', 'Dorn', 'Eberle', 'Fink', 'Hartwig', 'Kessler', 'Lindner', 'Reuter', 'Thoma', 'Wirth'],
    forms: ['GmbH', 'KG', ''],
  },
  {
    name: 'France',
    code: 'fr',
    dial: '+33',
    places: [
      ['Bretagne', 'Rennes'],
      ['Occitanie', 'Toulouse'],
      ['Grand Est', 'Metz'],
      ['Pays de la Loire', 'Angers'],
    ],
    given: ['Amélie', 'Bastien', 'Chloé', 'Didier', 'Élise', 'Gaspard', 'Inès', 'Laurent', 'Maëlle', 'Yvan'],
    family: ['Aubry', 'Besnard', 'Chauvet', 'Delorme', 'Faure', 'Gaillard', 'Lemoine', 'Perrot', 'Rivière'],
    forms: ['SAS', 'et Fils', ''],
  },
  {
    name: 'Sweden',
    code: 'se',
    dial: '+46',
    places: [
      ['Västra Götaland', 'Borås'],
      ['Skåne', 'Lund'],
      ['Dalarna', 'Falun'],
    ],
    given: ['Agnes', 'Björn', 'Ebba', 'Fredrik', 'Ingrid', 'Lars', 'Maja', 'Nils', 'Sigrid', 'Tove'],
    family: ['Åkesson', 'Bergman', 'Dahl', 'Ekström', 'Holm', 'Lindqvist', 'Nyberg', 'Sjögren', 'Wallin'],
    forms: ['AB', ''],
  },
  {
    name: 'Poland',
    code: 'pl',
    dial: '+48',
    places: [
      ['Mazowieckie', 'Płock'],
      ['Pomorskie', 'Gdynia'],
      ['Małopolskie', 'Tarnów'],
    ],
    given: ['Agnieszka', 'Bartosz', 'Dorota', 'Grzegorz', 'Iwona', 'Jakub', 'Kinga', 'Łukasz', 'Zofia'],
    family: ['Baran', 'Czajka', 'Dudek', 'Górski', 'Jabłoński', 'Kubiak', 'Maj', 'Sikora', 'Żuraw'],
    forms: ['Sp. z o.o.', ''],
  },
  {
    name: 'Italy',
    code: 'it',
    dial: '+39',
    places: [
      ['Emilia-Romagna', 'Modena'],
      ['Veneto', 'Vicenza'],
      ['Piemonte', 'Novara'],
    ],
    given: ['Alessia', 'Bruno', 'Chiara', 'Davide', 'Federica', 'Gianni', 'Marta', 'Paolo', 'Silvia', 'Tommaso'],
    family: ['Bellini', 'Conti', 'De Santis', 'Ferri', 'Galli', 'Leone', 'Marchetti', 'Orlando', 'Vitale'],
    forms: ['S.r.l.', 'e Figli', ''],
  },
  {
    name: 'Spain',
    code: 'es',
    dial: '+34',
    places: [
      ['Aragón', 'Zaragoza'],
      ['País Vasco', 'Vitoria-Gasteiz'],
      ['Comunitat Valenciana', 'Castelló'],
    ],
    given: ['Alba', 'Borja', 'Carmen', 'Diego', 'Elena', 'Iker', 'Lucía', 'Martín', 'Nuria', 'Rubén'],
    family: ['Aguilar', 'Bravo', 'Campos', 'Durán', 'Gallego', 'Ibáñez', 'Lozano', 'Méndez', 'Peña'],
    forms: ['S.L.', 'Hermanos', ''],
  },
  {
    name: 'Ireland',
    code: 'ie',
    dial: '+353',
    places: [
      ['Munster', 'Limerick'],
      ['Connacht', 'Galway'],
      ['Leinster', 'Kilkenny'],
    ],
    given: ['Aoife', 'Brendan', 'Ciara', 'Declan', 'Eimear', 'Fergus', 'Niamh', 'Oisín', 'Sinéad'],
    family: ['Brennan', 'Cullen', 'Doherty', 'Fallon', 'Hickey', 'Keane', 'Maguire', "O'Dea", 'Tierney'],
    forms: ['Ltd', '& Sons', ''],
  },
];

/** Industries with what their companies are called after. */
export const industries = {
  energy: ['Wind', 'Solar', 'Power', 'Energy'],
  logistics: ['Logistics', 'Freight', 'Cargo', 'Warehousing'],
  food: ['Foods', 'Bakeries', 'Dairy', 'Beverages'],
  machinery: ['Machines', 'Tools', 'Drives', 'Pumps'],
  construction: ['Building', 'Timber', 'Bridges', 'Roofing'],
  healthcare: ['Clinics', 'Care', 'Diagnostics', 'Dental'],
  software: ['Software', 'Systems', 'Data', 'Networks'],
  chemicals: ['Coatings', 'Polymers', 'Chemicals'],
  agriculture: ['Farms', 'Seeds', 'Greenhouses'],
  retail: ['Stores', 'Garden Centres', 'Furniture', 'Outfitters'],
  hospitality: ['Hotels', 'Catering', 'Resorts'],
  'water treatment': ['Water', 'Filters', 'Membranes'],
} as const;
export type Industry = keyof typeof industries;

/** Stems of company names: a beginning and an end. */
export const beginnings = [
  ...['Alde', 'Bris', 'Corve', 'Dal', 'Elm', 'Fen', 'Gral', 'Hollo', 'Ister', 'Jora', 'Kel', 'Lume', 'Mar', 'Nord'],
  ...['Orlo', 'Pell', 'Quen', 'Rune', 'Sel', 'Tor', 'Ulve', 'Var', 'Wend', 'Yster', 'Zan', 'Oster', 'Brem', 'Cald'],
] as const;
export const ends = [
  'bruk',
  'dena',
  'gard',
  'lind',
  'mira',
  'nova',
  'ska',
  'stel',
  'thal',
  'vara',
  'wick',
  'zee',
] as const;

/** What is sold, with a usual price in whole euros. */
export const products: Readonly<Record<string, number>> = {
  'Sensor kit': 6_500,
  'Control unit': 18_000,
  'Retrofit of a production line': 74_000,
  'Service contract': 24_000,
  'Spare parts subscription': 9_000,
  'Operator training': 4_800,
  'Energy audit': 7_500,
  'Monitoring licence': 14_000,
  'New production line': 190_000,
};

/** The people who sell, support and do marketing: ids of staff. */
export const sellers = ['anja', 'bo', 'cathal', 'dalia', 'emil', 'franka', 'gijs', 'hedda'] as const;
export const supporters = ['ivo', 'jana', 'kasper'] as const;

export const attendanceLists = ['Water & Energy Days, Rotterdam', 'Maschinentage, Kassel', 'Foro Industrial, Zaragoza'];
export const boughtLists = ['Manufacturers of northern Europe', 'Plant managers, Benelux', 'Food industry buyers'];
export const leadSources = [
  'quote form on the web site',
  'call to the office',
  'trade fair stand',
  'recommended by a customer',
  'webinar',
  'white paper',
  'chat on the web site',
];

export const lossReasons = [
  'Price',
  'No budget',
  'Delivery time',
  'No decision',
  'Missing feature',
  'Kept the old supplier',
];
export const competitors = ['Baltic Rotor Service', 'Penhalder Systems', 'Grunvik Automation', 'Trasimo Controls'];
export const disqualifications = [
  'No budget before next year',
  'Looking for a job',
  'Student',
  'Wrong product',
  'Unreachable',
];
export const moveBackReasons = [
  'A new buyer took over',
  'The specification changed',
  'The board asks for a second quote',
];
export const reopenReasons = [
  'The competitor could not deliver',
  'The budget was approved after all',
  'The order was wrong',
];
export const cancelReasons = ['They called us first', 'Postponed by the customer', 'On holiday'];

export const notes = [
  'Asked for a reference from the same industry.',
  'Wants the quote split into two phases.',
  'Prefers to be called in the morning.',
  'The technical department has to agree first.',
  'Happy with the last delivery.',
  'Complained about the delivery time.',
  'Budget is decided in the autumn.',
  'Will show the demo to colleagues.',
  'Needs the documentation in the local language.',
  'Asked about the service contract.',
];
