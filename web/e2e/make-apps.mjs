// Makes the images of the real apps that will be tried, which takes packages from the network and some minutes.

import { asked, make } from "./real.mjs";

make(asked());
