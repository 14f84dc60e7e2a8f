// <homework-builder data-path>: questions move by buttons and by drag, and everything is kept as it is written.
import { keepAsWritten } from "./homework-autosave.js";
import { QuestionBuilder } from "./question-builder.js";

class HomeworkBuilder extends QuestionBuilder {
  connectedCallback() {
    super.connectedCallback();
    keepAsWritten(this);
  }
}

customElements.define("homework-builder", HomeworkBuilder);
