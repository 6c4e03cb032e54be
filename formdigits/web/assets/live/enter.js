// Puts the code of the address into the form. What follows # is never sent by browsers themselves.

const secret = location.hash.slice(1);
document.querySelector("#secret").value = secret;
document.querySelector("#none").hidden = secret !== "";
document.querySelector("#enter").hidden = secret === "";
