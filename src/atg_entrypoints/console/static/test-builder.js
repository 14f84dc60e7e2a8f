// <test-builder>: the questions of a test move by buttons and by drag; buttons of what is drawn send the form.
import { QuestionBuilder } from "./question-builder.js";

customElements.define("test-builder", class extends QuestionBuilder {});
