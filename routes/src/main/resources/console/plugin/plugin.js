import { lib } from './libraries.js';
import { Page } from './page.js';

/** Called by Hawtio once: puts the page into its navigation. */
export function plugin() {
  lib.hawtio.hawtio.addPlugin({
    id: 'caravan',
    title: 'Caravan',
    path: '/caravan',
    order: -1,
    component: Page,
    isActive: async () => (await lib.hawtio.jolokiaService.search('dev.caravan:type=Hub,*')).length > 0,
  });
}
