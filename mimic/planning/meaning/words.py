"""Names of tables and columns as words of one small language.

`kundenVorname`, `customer_first_name`, `CUST-FNAME` and `prenom_client` say the same. A name is cut into tokens (snake, camel,
digits, glued compounds), and every token that is an abbreviation or a word of another language is put into plain English, so
that the rules in `decide.py` are written once.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from mimic.planning.meaning.compounds import COMPOUNDS, SMALL
from mimic.planning.meaning.tongues import PARTS, TONGUES

# Other languages and abbreviations, in plain English. A word that means different things in different languages (es/pt `nombre`
# is a name, fr `nombre` a number) stands here only where one sense is far more usual in schemas.
TRANSLATIONS = {
    # persons' names
    "vorname": "first name", "rufname": "first name", "voornaam": "first name", "prenom": "first name", "prenoms": "first name",
    "fname": "first name", "firstname": "first name", "givenname": "first name", "forename": "first name", "forenames": "first name",
    "given": "first", "fore": "first", "christian": "first", "mname": "middle name", "middlename": "middle name",
    "lname": "last name", "lastname": "last name", "surname": "last name", "surnames": "last name", "familyname": "last name",
    "nachname": "last name", "familienname": "last name", "zuname": "last name", "achternaam": "last name", "apellido": "last name",
    "apellidos": "last name", "cognome": "last name", "sobrenome": "last name", "apelido": "last name", "geburtsname": "maiden name",
    "mothername": "mother name", "fullname": "full name", "displayname": "display name", "screenname": "screen name",
    "realname": "real name", "legalname": "legal name", "nombres": "first name", "nombre": "name", "nome": "name", "nom": "name",
    "naam": "name", "namen": "name", "bezeichnung": "name", "denominacion": "name", "denominazione": "name", "libelle": "name",
    "nickname": "nickname", "nick": "nickname", "spitzname": "nickname", "apodo": "nickname", "pseudo": "username",
    "pseudonym": "nickname", "alias": "alias", "anrede": "salutation", "civilite": "salutation", "tratamiento": "treatment",
    "aanhef": "salutation", "honorific": "salutation", "courtesy": "salutation",
    # logins
    "uname": "username", "usrname": "username", "loginname": "username", "logname": "username", "userid": "user id",
    "benutzername": "username", "gebruikersnaam": "username", "nutzername": "username", "identifiant": "username", "login": "login",
    "logon": "login", "signin": "login", "screen": "screen", "usr": "user", "users": "user", "acct": "account", "acc": "account",
    # reaching a person
    "mail": "email", "mails": "email", "emails": "email", "emailaddress": "email address", "mailaddress": "email address",
    "correo": "email", "courriel": "email", "mel": "email", "epost": "email",
    "tel": "phone", "tele": "phone", "telephone": "phone", "telefon": "phone", "telefono": "phone", "telefone": "phone",
    "telefoon": "phone", "telefonnummer": "phone", "phonenumber": "phone number", "phoneno": "phone number", "phones": "phone",
    "handy": "mobile", "mobil": "mobile", "movil": "mobile", "cellulare": "mobile", "celular": "mobile", "cell": "mobile",
    "cellphone": "mobile phone", "mobiel": "mobile", "telefax": "fax", "whatsapp": "whatsapp", "msisdn": "phone", "ext": "extension",
    # addresses
    "addr": "address", "addresses": "address", "adresse": "address", "adres": "address", "anschrift": "address", "direccion": "address",
    "domicilio": "address", "indirizzo": "address", "endereco": "address", "morada": "address", "streetaddress": "street address",
    "strasse": "street", "str": "street", "straat": "street", "strassenname": "street name", "rue": "street", "voie": "street",
    "calle": "street", "rua": "street", "logradouro": "street", "hausnummer": "house number", "hausnr": "house number",
    "huisnummer": "house number", "housenumber": "house number", "bairro": "district", "barrio": "district",
    "plz": "postcode", "postleitzahl": "postcode", "zip": "postcode", "zipcode": "postcode", "postalcode": "postcode",
    "postal": "postcode", "zipcodes": "postcode", "codigopostal": "postcode", "codepostal": "postcode", "cep": "postcode",
    "pcode": "postcode",
    "ort": "city", "stadt": "city", "wohnort": "city", "ville": "city", "ciudad": "city", "citta": "city", "cidade": "city",
    "stad": "city", "woonplaats": "city", "gemeente": "city", "gemeinde": "city", "commune": "city", "comune": "city",
    "municipio": "city", "localidad": "city", "localidade": "city", "localite": "city", "town": "city", "village": "city",
    "municipality": "city", "locality": "city", "suburb": "city", "poblacion": "city", "burg": "city",
    "bundesland": "region", "kanton": "region", "canton": "region", "provincia": "region", "provincie": "region", "provinz": "region",
    "province": "region", "prefecture": "region", "departement": "region", "landkreis": "region", "kreis": "region",
    "regione": "region", "estado": "state", "county": "region", "subregion": "region", "comarca": "region", "distrito": "district",
    "land": "country", "staat": "country", "pays": "country", "pais": "country", "paese": "country", "nation": "country",
    "ctry": "country", "countrycode": "country code", "isocode": "iso code",
    "breitengrad": "latitude", "laengengrad": "longitude", "lat": "latitude", "latitud": "latitude", "latitudine": "latitude",
    "lng": "longitude", "lon": "longitude", "longitud": "longitude", "longitudine": "longitude", "geo": "geo",
    "coords": "coordinates", "coordinate": "coordinates", "latlng": "coordinates", "latlon": "coordinates", "geopoint": "coordinates",
    # about a person
    "dob": "birth date", "birthdate": "birth date", "birthday": "birth date", "dateofbirth": "birth date", "bday": "birth date",
    "born": "birth", "birthyear": "birth year", "geburtsdatum": "birth date", "geburtstag": "birth date", "geburtsjahr": "birth year",
    "gebdat": "birth date", "geboortedatum": "birth date", "naissance": "birth", "nacimiento": "birth", "nascita": "birth",
    "nascimento": "birth", "birthtime": "birth time", "birthplace": "birth city", "geburtsort": "birth city",
    "dod": "death date", "deathdate": "death date", "deceased": "death", "died": "death", "dead": "death", "sterbedatum": "death date",
    "deces": "death", "fallecimiento": "death", "muerte": "death", "todesdatum": "death date",
    "edad": "age", "eta": "eta", "idade": "age", "leeftijd": "age",
    "sex": "gender", "sexe": "gender", "sexo": "gender", "sesso": "gender", "geschlecht": "gender", "geslacht": "gender",
    "genero": "gender", "pronoun": "pronouns",
    "staatsangehoerigkeit": "nationality", "nationalite": "nationality", "nacionalidad": "nationality", "citizenship": "nationality",
    "nationaliteit": "nationality", "nacionalidade": "nationality", "nazionalita": "nationality",
    "familienstand": "marital status", "civilstatus": "marital status", "maritalstatus": "marital status",
    "beruf": "job", "profession": "job", "occupation": "job", "jobtitle": "job title", "puesto": "job", "cargo": "job", "metier": "job",
    "poste": "job", "beroep": "job", "profesion": "job", "profissao": "job", "professione": "job", "designation": "job title",
    "headline": "headline", "gehalt": "salary", "lohn": "salary", "salaire": "salary", "salario": "salary", "sueldo": "salary",
    "stipendio": "salary", "salaris": "salary", "wage": "salary", "wages": "salary", "payrate": "salary", "income": "salary",
    "compensation": "salary", "earnings": "salary", "remuneration": "salary",
    "arbeitgeber": "employer", "empleador": "employer", "employeur": "employer", "werkgever": "employer",
    "firma": "company", "unternehmen": "company", "entreprise": "company", "societe": "company", "empresa": "company",
    "azienda": "company", "bedrijf": "company", "ditta": "company", "raisonsociale": "company name", "organisation": "organization",
    "organizations": "organization", "org": "organization", "companyname": "company name", "lieferant": "supplier",
    "fournisseur": "supplier", "proveedor": "supplier", "fornitore": "supplier", "fornecedor": "supplier", "leverancier": "supplier",
    "sprache": "language", "langue": "language", "idioma": "language", "lingua": "language", "taal": "language", "lang": "language",
    # documents, banks
    "ssn": "ssn", "nino": "national id", "dni": "national id", "nif": "tax id", "nie": "national id", "cpf": "tax id", "cnpj": "company id",
    "curp": "national id", "rfc": "rfc", "bsn": "national id", "ahv": "national id", "avs": "national id", "ahvnr": "national id",
    "pesel": "national id", "aadhaar": "national id", "aadhar": "national id", "cuit": "tax id", "cuil": "national id", "nir": "nir",
    "codicefiscale": "tax id", "steuernummer": "tax id", "steuerid": "tax id", "taxid": "tax id", "taxnumber": "tax id", "tin": "tax id",
    "vatid": "tax id", "ein": "ein", "personnummer": "national id", "sozialversicherungsnummer": "national id", "svnr": "national id",
    "passeport": "passport", "pasaporte": "passport", "reisepass": "passport", "passaporto": "passport", "ausweis": "national id",
    "kennzeichen": "licence plate", "nummernschild": "licence plate", "numberplate": "licence plate", "licenseplate": "licence plate",
    "immatriculation": "licence plate", "matricula": "licence plate", "targa": "licence plate", "kenteken": "licence plate",
    "license": "licence", "licenses": "licence", "fuehrerschein": "driving licence", "vin": "vin",
    "kontonummer": "bank account", "kontonr": "bank account", "bankverbindung": "bank account", "rib": "bank account",
    "creditcard": "credit card", "cardnumber": "card number", "cardno": "card number", "ccnumber": "card number", "ccnum": "card number",
    "cc": "cc", "kreditkarte": "credit card", "tarjeta": "card", "carte": "card", "karte": "card", "pan": "pan", "cvv": "cvv", "cvc": "cvv",
    # secrets
    "pwd": "password", "passwd": "password", "pass": "password", "pw": "password", "passphrase": "password", "passcode": "password",
    "passwort": "password", "kennwort": "password", "mdp": "password", "motdepasse": "password", "contrasena": "password",
    "clave": "password", "senha": "password", "wachtwoord": "password", "passhash": "password hash", "passwordhash": "password hash",
    "hashedpassword": "password hash", "apikey": "api key", "apikeys": "api key", "apitoken": "api token", "accesstoken": "access token",
    "authtoken": "auth token", "authkey": "auth key", "secretkey": "secret key", "privatekey": "private key", "privkey": "private key",
    "sessionid": "session id", "sessid": "session id", "sess": "session", "sid": "sid", "tokens": "token", "secrets": "secret",
    "jwt": "jwt", "creds": "credential", "credentials": "credential", "cred": "credential", "authn": "auth", "authentication": "auth",
    "authorisation": "authorization", "webauthn": "webauthn", "webhook": "webhook", "web": "web", "pincode": "pin", "totp": "totp", "keys": "key",
    # free text
    "desc": "description", "descr": "description", "beschreibung": "description", "descripcion": "description",
    "descrizione": "description", "descricao": "description", "omschrijving": "description", "comments": "comment",
    "kommentar": "comment", "commentaire": "comment", "comentario": "comment", "comentarios": "comment", "commento": "comment",
    "opmerking": "comment", "opmerkingen": "comment", "bemerkung": "comment", "bemerkungen": "comment", "anmerkung": "comment",
    "notes": "note", "notiz": "note", "nota": "note", "notas": "note", "notities": "note", "memo": "note", "remark": "comment",
    "remarks": "comment", "observaciones": "comment", "observacion": "comment", "observacoes": "comment", "messages": "message",
    "nachricht": "message", "mensaje": "message", "messaggio": "message", "bericht": "message", "msg": "message", "txt": "text",
    "texto": "text", "testo": "text", "tekst": "text", "texte": "text", "inhalt": "content", "contenido": "content", "contenu": "content",
    "biography": "bio", "aboutme": "about", "signature": "signature", "begruendung": "reason", "grund": "reason", "motivo": "reason",
    "motif": "reason", "titre": "title", "titel": "title", "titulo": "title", "titolo": "title", "betreff": "subject", "asunto": "subject",
    "sujet": "subject", "oggetto": "subject", "frage": "question", "antwort": "answer", "answers": "answer", "questions": "question",
    "feedbacks": "feedback", "reviews": "review", "testimonial": "review", "excerpt": "excerpt", "abstracts": "abstract",
    # persons in tables
    "kunde": "customer", "kunden": "customer", "kundin": "customer", "cliente": "customer", "clientes": "customer", "clienti": "customer",
    "klant": "customer", "klanten": "customer", "cust": "customer", "customers": "customer", "mitarbeiter": "employee",
    "angestellter": "employee", "angestellte": "employee", "personal": "personal", "empleado": "employee", "empleados": "employee",
    "employe": "employee", "employes": "employee", "salarie": "employee", "dipendente": "employee", "dipendenti": "employee",
    "funcionario": "employee", "funcionarios": "employee", "medewerker": "employee", "medewerkers": "employee", "emp": "employee",
    "benutzer": "user", "nutzer": "user", "utilisateur": "user", "utilisateurs": "user", "usuario": "user", "usuarios": "user",
    "utente": "user", "utenti": "user", "gebruiker": "user", "gebruikers": "user", "persona": "person", "personas": "person",
    "personne": "person", "personnes": "person", "pessoa": "person", "pessoas": "person", "persone": "person", "persoon": "person",
    "personen": "person", "people": "person", "persons": "person", "paciente": "patient", "pacientes": "patient", "paziente": "patient",
    "pazienti": "patient", "patienten": "patient", "alumno": "student", "alumnos": "student", "aluno": "student", "alunos": "student",
    "eleve": "student", "eleves": "student", "etudiant": "student", "schueler": "student", "pupil": "student", "estudiante": "student",
    "studente": "student", "lehrer": "teacher", "enseignant": "teacher", "profesor": "teacher", "professor": "teacher",
    "docente": "teacher", "instructor": "teacher", "leraar": "teacher", "arzt": "doctor", "medico": "doctor", "medecin": "doctor",
    "physician": "doctor", "dentist": "doctor", "mitglied": "member", "mitglieder": "member", "membre": "member", "miembro": "member",
    "socio": "member", "lid": "member", "leden": "member", "ansprechpartner": "contact", "kontakt": "contact", "contacto": "contact",
    "contatto": "contact", "eigentuemer": "owner", "besitzer": "owner", "proprietaire": "owner", "propietario": "owner",
    "autor": "author", "auteur": "author", "autore": "author", "schauspieler": "actor", "acteur": "actor", "kuenstler": "artist",
    "artiste": "artist", "fahrer": "driver", "conducteur": "driver", "conductor": "driver", "spieler": "player", "joueur": "player",
    "jugador": "player", "gast": "guest", "gaeste": "guest", "huesped": "guest", "adherent": "member",
    "abonne": "subscriber", "abonnent": "subscriber", "candidat": "candidate", "candidato": "candidate", "bewerber": "applicant",
    # numbers, money, time
    "nummer": "number", "numero": "number", "num": "number", "nr": "number", "nbr": "number", "no": "number", "nro": "number",
    "cnt": "count", "anzahl": "count", "cantidad": "quantity", "quantite": "quantity", "quantita": "quantity", "menge": "quantity",
    "qty": "quantity", "aantal": "quantity", "quantidade": "quantity", "preis": "price", "prix": "price", "precio": "price",
    "prezzo": "price", "preco": "price", "prijs": "price", "betrag": "amount", "montant": "amount", "importe": "amount",
    "importo": "amount", "bedrag": "amount", "valor": "value", "wert": "value", "valeur": "value", "valore": "value", "waarde": "value",
    "summe": "total", "gesamt": "total", "steuer": "tax", "vat": "tax", "waehrung": "currency", "devise": "currency", "moneda": "currency",
    "valuta": "currency", "moeda": "currency", "ccy": "currency", "datum": "date", "fecha": "date", "dt": "date", "jahr": "year",
    "annee": "year", "anio": "year", "ano": "year", "anno": "year", "jaar": "year", "monat": "month", "tag": "tag", "erstellt": "created",
    "creado": "created", "cree": "created", "aangemaakt": "created", "geaendert": "updated", "aktualisiert": "updated",
    "modifie": "updated", "modificado": "updated", "gewijzigd": "updated", "geloescht": "deleted", "supprime": "deleted",
    "eliminado": "deleted", "beginn": "start", "debut": "start", "inicio": "start", "inizio": "start", "ende": "end", "fin": "end",
    "fine": "end", "einde": "end", "pct": "percent", "percentage": "percent", "prozent": "percent", "ratio": "ratio", "seq": "sequence",
    "pos": "position", "idx": "index", "reihenfolge": "position", "ordre": "position", "orden": "position", "zustand": "state",
    "statut": "status", "estatus": "status", "stato": "status", "typ": "type", "tipo": "type", "kategorie": "category",
    "categorie": "category", "categoria": "category", "farbe": "colour", "couleur": "colour", "color": "colour", "kleur": "colour",
    "cor": "cor", "tz": "timezone", "tzinfo": "timezone", "zeitzone": "timezone", "datei": "file", "fichier": "file", "archivo": "file",
    "bestand": "file", "pfad": "path", "chemin": "path", "ruta": "path", "bild": "image", "img": "image", "imagen": "image",
    "immagine": "image", "photo": "photo", "foto": "photo", "pic": "picture", "avatar": "avatar", "ua": "user agent",
    "useragent": "user agent", "ipaddress": "ip address", "ipaddr": "ip address", "ipv4": "ip", "ipv6": "ip", "macaddress": "mac address",
    "macaddr": "mac address", "hwaddr": "mac address", "imei": "imei", "imsi": "imsi", "idfa": "idfa", "gaid": "gaid", "udid": "udid",
    "uri": "url", "urls": "url", "href": "url", "link": "url", "links": "url", "website": "website", "homepage": "homepage",
    "webseite": "website", "mime": "mime", "mimetype": "mime type", "config": "config", "cfg": "config", "conf": "config",
    "configuration": "config", "settings": "setting", "prefs": "preference", "preferences": "preference", "properties": "property",
    "attributes": "attribute", "options": "option", "params": "parameter", "parameters": "parameter", "meta": "metadata",
    "metas": "metadata", "attr": "attribute", "attrs": "attribute", "props": "property", "opts": "option", "krankheit": "disease",
    "maladie": "disease", "enfermedad": "disease", "malattia": "disease", "diagnose": "diagnosis", "diagnostico": "diagnosis",
    "diagnosi": "diagnosis", "diagnostic": "diagnosis", "diagnoses": "diagnosis", "dx": "diagnosis", "religion": "religion",
    "konfession": "religion", "religione": "religion", "gesundheit": "health", "sante": "health", "salud": "health", "salute": "health",
    "rx": "prescription", "medications": "medication", "medicine": "medication", "medikament": "medication", "allergies": "allergy",
    "allergie": "allergy", "alergia": "allergy", "symptoms": "symptom", "obs": "observation", "observations": "observation",
    "ethnic": "ethnicity", "race": "race", "raza": "ethnicity", "studium": "education", "abschluss": "degree",
}  # fmt: skip

# Words that glued names are cut into (`lockedby`, `customerfirstname`), beside those above.
WORDS = frozenset(
    [
        "access",
        "account",
        "active",
        "activation",
        "address",
        "age",
        "agent",
        "alias",
        "amount",
        "answer",
        "api",
        "at",
        "audit",
        "auth",
        "author",
        "avatar",
        "backup",
        "balance",
        "bank",
        "billing",
        "bio",
        "birth",
        "blood",
        "body",
        "by",
        "card",
        "category",
        "channel",
        "city",
        "class",
        "client",
        "clinical",
        "cluster",
        "code",
        "colour",
        "column",
        "comment",
        "company",
        "contact",
        "content",
        "copy",
        "cookie",
        "count",
        "country",
        "created",
        "credit",
        "currency",
        "customer",
        "data",
        "date",
        "day",
        "death",
        "debit",
        "delivery",
        "department",
        "description",
        "device",
        "diagnosis",
        "display",
        "district",
        "domain",
        "driver",
        "driving",
        "education",
        "email",
        "employee",
        "employer",
        "encrypted",
        "end",
        "ethnicity",
        "event",
        "external",
        "family",
        "fax",
        "field",
        "file",
        "first",
        "flag",
        "full",
        "gender",
        "grant",
        "group",
        "guest",
        "hash",
        "hashed",
        "health",
        "height",
        "hire",
        "home",
        "host",
        "house",
        "id",
        "image",
        "index",
        "invoice",
        "ip",
        "iso",
        "item",
        "job",
        "key",
        "kind",
        "label",
        "language",
        "last",
        "latitude",
        "level",
        "licence",
        "line",
        "list",
        "locale",
        "location",
        "locked",
        "log",
        "login",
        "longitude",
        "mac",
        "maiden",
        "marital",
        "master",
        "medical",
        "member",
        "message",
        "method",
        "middle",
        "mobile",
        "model",
        "modified",
        "month",
        "mother",
        "name",
        "national",
        "nationality",
        "note",
        "number",
        "old",
        "option",
        "order",
        "owner",
        "page",
        "parent",
        "passport",
        "password",
        "path",
        "patient",
        "payment",
        "person",
        "phone",
        "photo",
        "picture",
        "plate",
        "political",
        "position",
        "postcode",
        "price",
        "private",
        "profile",
        "provider",
        "public",
        "quantity",
        "question",
        "reason",
        "recovery",
        "ref",
        "reference",
        "refresh",
        "region",
        "registration",
        "religion",
        "reset",
        "role",
        "salary",
        "salt",
        "secret",
        "security",
        "session",
        "setting",
        "shipping",
        "short",
        "signature",
        "social",
        "start",
        "state",
        "status",
        "street",
        "subject",
        "suffix",
        "prefix",
        "surname",
        "table",
        "tax",
        "text",
        "time",
        "timezone",
        "title",
        "token",
        "total",
        "type",
        "union",
        "unit",
        "updated",
        "url",
        "user",
        "username",
        "value",
        "vehicle",
        "verification",
        "version",
        "visit",
        "website",
        "weight",
        "year",
        "zone",
        "vaccination",
    ]
)

TRANSLATIONS = {**COMPOUNDS, **TONGUES, **TRANSLATIONS}
_LONGEST = 4  # words of a name that are looked up as one
_LANGUAGE = {**{word: word for word in PARTS}, **TRANSLATIONS, **{word: word for word in WORDS}}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
# Plurals that are words of their own, or no plurals.
_SINGULAR = {"news", "address", "status", "access", "business", "class", "process", "series", "species", "diagnosis", "gps", "sms",
             "https", "dns", "analysis", "basis", "bonus", "campus", "canvas", "census", "corpus", "css", "tls", "ssl", "rss", "aws",
             "os", "this", "is", "has", "was", "as", "us", "success", "progress", "express", "previous", "gas", "bus", "plus", "alias",
             "pronouns", "coordinates", "kubernetes", "js", "sales", "arms", "goods"}  # fmt: skip


def plain(text: str) -> str:
    """Lower case and without accents: `Straße` is `strasse`, `prénom` is `prenom`."""
    text = text.replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("Ä", "Ae").replace("Ö", "Oe")
    text = text.replace("Ü", "Ue").replace("ñ", "n")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()


def singular(word: str) -> str:
    if word in _SINGULAR or len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "uses")):
        return word[:-2]
    return word[:-1]


def _possessive(part: str) -> bool:
    """`mothers` in `mothersname`, `verwendungs` in compounds: a known word and the s that ties it to the next one."""
    return len(part) >= 5 and part[-1] == "s" and part[:-1] in _LANGUAGE


def _cut(token: str) -> list[str]:
    """A glued token as known words, longest first and fewest, or the token as it is: `lockedby` is `locked`, `by`."""
    best: list[list[str] | None] = [[]] + [None] * len(token)
    for end in range(2, len(token) + 1):
        for start in range(end - 1):
            before = best[start]
            if (
                before is None
                or not (token[start:end] in _LANGUAGE or _possessive(token[start:end]))
                or (end - start < 3 and token[start:end] not in ("id", "ip", "by", "at", "nr"))
            ):
                continue
            if best[end] is None or len(before) + 1 < len(best[end] or ()):
                best[end] = [*before, token[start:end]]
    return best[-1] or _headed(token)


# What a compound is, said by its end, whatever stands before: `zugangspasswort`, `actkey`, `rejectionreason`.
_HEADS = re.compile(
    r"(?P<rest>.{2,}?)(?P<head>passwords?|passwd|passwort|kennwort|wachtwoord|contrasena|secret|token|key|schluessel|sleutel|hash|"
    r"number|nummer|numero|name|naam|datum|date|address|adresse|anschrift|adres|telefon|telefoon|phone|funk|email|mail|reason|message|"
    r"comment|kommentar|bild|foto|photo|image|gehalt|lohn|salary|konto|strasse|straat|nachweis|krankheit|diagnose|befund|medikation|allergie)"
)
_ENGLISH = re.compile(
    r"\w*(?:monkey|turkey|hockey|jockey|donkey|whiskey|username|filename|hostname|rename|update|candidate|validate|mandate|phoney)$"
)


def _headed(token: str) -> list[str]:
    found = _HEADS.fullmatch(token)
    if found is None or _ENGLISH.match(token):
        return [token]
    head = {"funk": "phone"}.get(found["head"], found["head"])
    return [*_cut(found["rest"]), head]


def _joined(rough: list[str]) -> list[str]:
    """Words that are one expression as one token: `e_mail`, `pass_word`, `data_de_nascimento`; the longest run from the left on."""
    out, start = list[str](), 0
    while start < len(rough):
        for end in range(min(len(rough), start + _LONGEST), start + 1, -1):
            run = rough[start:end]
            said = "".join(run) if "".join(run) in TRANSLATIONS else "".join(word for word in run if word not in SMALL)
            if said in TRANSLATIONS and run[0] not in SMALL and run[-1] not in SMALL and (len(said) > 4 or end - start == len(rough)):
                out.append(said)
                start = end
                break
        else:
            out.append(rough[start])
            start += 1
    return out


@lru_cache(maxsize=20_000)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name in plain English, singular: `CustomerFNames2` is `customer`, `first`, `name`, `2`."""
    # Written all in capitals, a name has no camel humps; digits still part.
    camel = _CAMEL.sub(" ", name) if not name.isupper() else re.sub(r"(?<=[A-Z])(?=[0-9])", " ", name)
    rough = [part for part in re.split(r"[^0-9a-z]+", plain(camel)) if part]
    rough = _joined(rough)
    if rough[:2] == ["e", "mail"]:
        rough = ["email", *rough[2:]]
    out: list[str] = []
    for token in rough:
        for part in [token] if token in _LANGUAGE or singular(token) in _LANGUAGE else _cut(token):
            known = _LANGUAGE.get(part) or _LANGUAGE.get(singular(part)) or singular(part)
            out.extend(known.split())
    if out == ["long"]:
        return ("longitude",)
    return tuple(word for i, word in enumerate(out) if (word, out[i - 1 : i]) != ("code", ["postcode"]))


def phrase(name: str) -> str:
    """The words of a name in a row, ready for a pattern: "customer first name"."""
    return " ".join(tokens(name))


__all__ = ["TRANSLATIONS", "WORDS", "phrase", "plain", "singular", "tokens"]
