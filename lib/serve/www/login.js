/* Signing in, by name and password or by a token, as the server wants it. */
import {post} from "./api.js";
import {h, text} from "./dom.js";
import {sentence} from "./parts.js";

export class LoginPage
{
	/* byToken: the server knows no passwords; ondone() when signed in. */
	constructor(byToken, ondone)
	{
		this.byToken = byToken;
		this.ondone = ondone;
		this.error = h("p", {class: "error", role: "alert"});
		this.button = h("button", {type: "submit", class: "button main"},
			"Sign in");
		this.fields = byToken ?
			[this.field("token", "Token", "password", "off")] :
			[this.field("name", "Name", "text", "username"),
				this.field("password", "Password", "password",
					"current-password")];
		this.element = h("div", {class: "login"}, h("form", {
			onsubmit: (e) => {
				e.preventDefault();
				this.send();
			}},
		h("h1", null, "Sign in"), h("p", {class: "note"}, byToken ?
			"This server wants a token. Whoever runs it has one for you." :
			"This server shows its data to those it knows."),
		this.fields, this.error, this.button));
	}

	field(name, label, type, autocomplete)
	{
		this[name] = h("input", {id: name, name, type, autocomplete,
			required: true});
		return h("label", {for: name}, label, this[name]);
	}

	mount()
	{
		this.element.querySelector("input").focus();
	}

	unmount()
	{
		/* nothing runs here */
	}

	tick()
	{
		/* nor does anything change */
	}

	async send()
	{
		this.button.disabled = true;
		text(this.error, "");
		try {
			await post("login", this.byToken ? {token: this.token.value} :
				{name: this.name.value, password: this.password.value});
			this.ondone();
		} catch (error) {
			text(this.error, sentence(error.message));
			this.button.disabled = false;
		}
	}
}
