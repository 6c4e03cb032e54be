// Shows a code that brings a phone to this page; it is good once and for a while.

import { askJson, tell } from "/assets/common.js";

const place = (id) => document.querySelector(`#${id}`);
let over = null;

place("phone-show")?.addEventListener("click", async () => {
  clearTimeout(over);
  tell(place("phone-problem"), "");
  try {
    const { address, picture, seconds } = await askJson("/api/phone");
    place("phone-code").src = picture;
    place("phone-address").textContent = address;
    place("phone-until").textContent = `Good for one phone, for ${Math.round(seconds / 60)} minutes.`;
    place("phone-shown").hidden = false;
    place("phone-show").textContent = "Show another code";
    over = setTimeout(() => { place("phone-shown").hidden = true; }, seconds * 1000);
  } catch (error) {
    place("phone-shown").hidden = true;
    tell(place("phone-problem"), error.message);
  }
});
