import { localTimes } from "../common.js";

localTimes();
