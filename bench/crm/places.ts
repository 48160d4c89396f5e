export interface Place {
  readonly city: string;
  readonly state: string;
  readonly postalCode: string;
  readonly country: string;
  readonly countryCode: string;
  readonly lat: number;
  readonly lng: number;
  /** Start of telephone numbers that are kept for fiction; two digits follow. */
  readonly phone: string;
  readonly streets: readonly string[];
}

const us = { country: 'United States', countryCode: 'US', streets: ['Main Street', 'Market Street', 'Industrial Parkway', 'Lakeview Drive', 'Commerce Avenue'] } as const;
const de = { country: 'Germany', countryCode: 'DE', streets: ['Hauptstraße', 'Bahnhofstraße', 'Industriestraße', 'Lindenallee', 'Am Hafen'] } as const;

export const places = {
  boston: { ...us, city: 'Boston', state: 'MA', postalCode: '02110', lat: 42.3555, lng: -71.0565, phone: '+161755501' },
  chicago: { ...us, city: 'Chicago', state: 'IL', postalCode: '60606', lat: 41.8826, lng: -87.6376, phone: '+131255501' },
  austin: { ...us, city: 'Austin', state: 'TX', postalCode: '78701', lat: 30.2711, lng: -97.7437, phone: '+151255501' },
  denver: { ...us, city: 'Denver', state: 'CO', postalCode: '80202', lat: 39.7497, lng: -104.9957, phone: '+130355501' },
  seattle: { ...us, city: 'Seattle', state: 'WA', postalCode: '98101', lat: 47.6114, lng: -122.3305, phone: '+120655501' },
  atlanta: { ...us, city: 'Atlanta', state: 'GA', postalCode: '30303', lat: 33.7525, lng: -84.3888, phone: '+140455501' },
  hamburg: { ...de, city: 'Hamburg', state: 'Hamburg', postalCode: '20457', lat: 53.5438, lng: 9.9987, phone: '+4940669691' },
  munich: { ...de, city: 'Munich', state: 'Bavaria', postalCode: '80331', lat: 48.1356, lng: 11.5704, phone: '+4989999981' },
  london: { city: 'London', state: 'Greater London', postalCode: 'EC2A 4NE', country: 'United Kingdom', countryCode: 'GB', lat: 51.5238, lng: -0.0836, phone: '+4420794601', streets: ['Finsbury Square', 'Worship Street', 'Old Street', 'Curtain Road'] },
  manchester: { city: 'Manchester', state: 'Greater Manchester', postalCode: 'M1 2HY', country: 'United Kingdom', countryCode: 'GB', lat: 53.4794, lng: -2.2339, phone: '+4416149601', streets: ['Portland Street', 'Oxford Road', 'Deansgate'] },
  lyon: { city: 'Lyon', state: 'Auvergne-Rhône-Alpes', postalCode: '69002', country: 'France', countryCode: 'FR', lat: 45.7542, lng: 4.8308, phone: '+334657112', streets: ['Rue de la République', 'Quai Jules Courmont', 'Rue Victor Hugo'] },
  toronto: { city: 'Toronto', state: 'ON', postalCode: 'M5H 2N2', country: 'Canada', countryCode: 'CA', lat: 43.6503, lng: -79.3824, phone: '+141655501', streets: ['King Street West', 'Bay Street', 'Queen Street West'] },
} as const satisfies Record<string, Place>;
export type PlaceName = keyof typeof places;
