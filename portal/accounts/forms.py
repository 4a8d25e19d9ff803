"""Forms of the door and of one's own page."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as code_forms
from django import forms
from django.conf import settings
from django.http import HttpRequest

from portal.accounts.limits import (
    RESET_ADDRESS_LIMIT,
    RESET_LIMIT,
    RESET_WINDOW,
    SIGN_IN_WINDOW,
    take,
)
from portal.accounts.models import ApiToken, User, normalise_email
from portal.core.once import TokenForm

if TYPE_CHECKING:
    from portal.accounts.adapter import AccountAdapter

TOO_MANY_CODES = "There were too many wrong codes. Wait a few minutes, then try the next one."
TOO_MANY_MAILS = (
    "A link has been asked for too often. Look into your mailbox, also among the unwanted mail; "
    "you can ask again in an hour."
)


class CodeLimitMixin:
    """A code has a million values, so guesses are counted per person, in the database."""

    user: User

    def clean_code(self) -> str:
        limit = settings.LOGIN_LIMIT[0]
        taken = take(
            "code of", str(self.user.pk), limit=limit, window=SIGN_IN_WINDOW, message=TOO_MANY_CODES
        )
        code = super().clean_code()
        taken.give_back()
        return code


class CodeForm(CodeLimitMixin, code_forms.AuthenticateForm):
    pass


class CodeAgainForm(CodeLimitMixin, code_forms.ReauthenticateForm):
    pass


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """Answers the same for known and unknown people."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        adapter: AccountAdapter = account_forms.get_adapter(request)
        address, name = adapter.get_client_ip(request), normalise_email(self.cleaned_data["email"])
        terms: dict[str, Any] = {"window": RESET_WINDOW, "message": TOO_MANY_MAILS}
        take("mail asked from", address, limit=RESET_ADDRESS_LIMIT, **terms)
        take("mail asked for", name, limit=RESET_LIMIT, **terms)
        return super().save(request, **kwargs)


class PlainPasswordsMixin:
    """Passwords are named above their fields as everywhere else, not inside them."""

    NAMES: ClassVar = {
        "oldpassword": "Current password",
        "password1": "New password",
        "password2": "New password again",
    }
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self.NAMES.items():
            if name in self.fields:
                self.fields[name].label = label
                self.fields[name].widget.attrs.pop("placeholder", None)


class SetPasswordForm(PlainPasswordsMixin, account_forms.SetPasswordForm):
    pass


class ResetPasswordKeyForm(PlainPasswordsMixin, account_forms.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(PlainPasswordsMixin, account_forms.ChangePasswordForm):
    """The current password is guessed no more often here than at the door."""

    def clean_oldpassword(self) -> str:
        adapter = account_forms.get_adapter()
        if not adapter.reauthenticate(self.user, self.cleaned_data.get("oldpassword", "")):
            raise adapter.validation_error("enter_current_password")
        return self.cleaned_data["oldpassword"]


class MeForm(forms.ModelForm):
    """What people may change about themselves; role and teams are for administrators."""

    time_zone = forms.ChoiceField(required=False, label="Time zone")
    language = forms.ChoiceField(required=False, label="Language")

    class Meta:
        model = User
        fields: ClassVar = ["name", "title", "phone", "time_zone", "language", "theme"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zoneinfo.available_timezones())
        here = f"As the portal ({settings.TIME_ZONE})"
        self.fields["time_zone"].choices = [("", here), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", "As the portal"), *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["theme"].widget.attrs["data-theme-preview"] = ""
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["title"].widget.attrs["autocomplete"] = "organization-title"
        self.fields["phone"].widget.attrs["autocomplete"] = "tel"


class ApiTokenForm(TokenForm):
    """A new key to the API."""

    name = forms.CharField(
        max_length=80, help_text="What will use it, for example “Nightly import”."
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=ApiToken.Scope.choices,
        initial=[ApiToken.Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        help_text="Never more than you may yourself.",
    )
    days = forms.IntegerField(label="Days until it expires", min_value=1, max_value=365, initial=90)
