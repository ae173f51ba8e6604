"""More words of other languages and more abbreviations, in the plain English of `words.py`.

Only words that schemas use in one sense; where a word is short and common elsewhere (`cap`, `rg`), it is left to the values.
Polish, Czech, Swedish, Danish, Norwegian, Finnish, Hungarian, Romanian, Turkish and Indonesian stand here beside the larger ones.
"""

from __future__ import annotations

TONGUES = {
    # persons' names
    "imie": "first name", "imiona": "first name", "nazwisko": "last name", "jmeno": "first name", "prijmeni": "last name",
    "fornavn": "first name", "foernamn": "first name", "fornamn": "first name", "etternavn": "last name", "efternavn": "last name",
    "efternamn": "last name", "etunimi": "first name", "sukunimi": "last name", "keresztnev": "first name", "vezeteknev": "last name",
    "prenume": "first name", "nume": "last name", "soyad": "last name", "soyadi": "last name", "adi": "first name", "namalengkap": "full name",
    "nomprenom": "full name", "nomcomplet": "full name", "nombrecompleto": "full name", "nomecompleto": "full name",
    "vollername": "full name", "name1": "name 1", "tussenvoegsel": "name prefix last name", "voorletters": "initials",
    "primernombre": "first name", "segundonombre": "middle name", "primerapellido": "last name", "segundoapellido": "last name",
    "nomefantasia": "company name", "razonsocial": "company name", "ragionesociale": "company name", "razaosocial": "company name",
    "denominazionesociale": "company name", "handelsname": "company name", "firmenname": "company name", "kontoinhaber": "account holder",
    "empfaenger": "recipient", "absender": "sender", "destinataire": "recipient", "destinatario": "recipient", "expediteur": "sender",
    "remitente": "sender", "mittente": "sender", "titulaire": "account holder", "titular": "account holder", "intestatario": "account holder",
    "inhaber": "owner", "vormund": "guardian", "tuteur": "guardian", "tutor": "guardian", "tutore": "guardian", "mutter": "mother",
    "vater": "father", "mere": "mother", "pere": "father", "madre": "mother", "padre": "father", "mae": "mother", "pai": "father",
    "ehepartner": "spouse", "conjoint": "spouse", "conyuge": "spouse", "coniuge": "spouse", "conjuge": "spouse",
    "sachbearbeiter": "clerk", "betreuer": "guardian", "vertreter": "agent", "berater": "advisor", "gutachter": "reviewer",
    "surnom": "nickname", "sobriquet": "nickname", "soprannome": "nickname", "apelidos": "last name",
    "nicename": "username", "moniker": "nickname", "aliases": "alias", "gamertag": "username", "samaccountname": "username", "principalname": "username",
    # persons in tables
    "klient": "customer", "klienci": "customer", "zakaznik": "customer", "kund": "customer", "kunder": "customer", "asiakas": "customer",
    "ugyfel": "customer", "musteri": "customer", "pelanggan": "customer", "pracownik": "employee", "pracownicy": "employee",
    "zamestnanec": "employee", "ansatt": "employee", "medarbetare": "employee", "medarbejder": "employee", "calisan": "employee",
    "karyawan": "employee", "pegawai": "employee", "angajat": "employee", "personel": "employee", "beschaeftigte": "employee",
    "trabajador": "employee", "trabajadores": "employee", "trabalhador": "employee", "impiegato": "employee", "lavoratore": "employee",
    "uzytkownik": "user", "uzivatel": "user", "bruker": "user", "anvaendare": "user", "bruger": "user", "kullanici": "user",
    "pengguna": "user", "utilizator": "user", "utilizador": "user", "felhasznalo": "user", "osoba": "person", "osoby": "person",
    "kisi": "person", "henkilo": "person", "orang": "person", "ksiegowy": "accountant", "pacjent": "patient", "hasta": "patient",
    "pasien": "patient", "patienter": "patient", "ogrenci": "student", "siswa": "student", "mahasiswa": "student", "guru": "teacher",
    "nauczyciel": "teacher", "lehrkraft": "teacher", "versicherte": "insured", "versicherter": "insured", "versicherungsnehmer": "insured",
    "asegurado": "insured", "assure": "insured", "assicurato": "insured", "segurado": "insured", "mieter": "tenant", "locataire": "tenant",
    "inquilino": "tenant", "bewohner": "resident", "habitant": "resident", "buerger": "citizen", "ciudadano": "citizen", "citoyen": "citizen",
    "cittadino": "citizen", "cidadao": "citizen", "teilnehmer": "participant", "participante": "participant", "teilnehmende": "participant",
    "reisende": "passenger", "pasajero": "passenger", "passager": "passenger", "passeggero": "passenger", "passageiro": "passenger",
    "vendedor": "seller", "vendeur": "seller", "verkaeufer": "seller", "kaeufer": "buyer", "acheteur": "buyer", "comprador": "buyer",
    "usager": "user", "beneficiaire": "beneficiary", "beneficiario": "beneficiary", "spender": "donor", "donateur": "donor",
    "donante": "donor", "salarios": "salary", "angehoerige": "relative", "kontaktperson": "contact person", "kontakte": "contact",
    "contactos": "contact", "contatti": "contact", "contatos": "contact", "interessent": "prospect", "interessenten": "prospect",
    # reaching a person
    "telefonszam": "phone", "puhelin": "phone", "telefonnr": "phone", "telefonnumber": "phone", "tlf": "phone", "telp": "phone",
    "telno": "phone", "komorka": "mobile", "gsm": "mobile", "portable": "mobile", "movel": "mobile", "mobilnummer": "mobile",
    "mobilnr": "mobile", "mobiltelefon": "mobile phone", "handynummer": "mobile", "rufnummer": "phone number", "rappel": "callback",
    "cellphonenumber": "mobile phone", "cellnumber": "mobile phone", "phonecell": "phone mobile", "phonehome": "phone", "phonework": "phone",
    "epostadresse": "email", "eposta": "email", "emailadresse": "email", "mailadresse": "email", "pec": "email", "surel": "email",
    "sahkoposti": "email", "adressemail": "email", "adresseelectronique": "email", "correoelectronico": "email",
    # addresses
    "ulica": "street", "ulice": "street", "gata": "street", "gade": "street", "gate": "gate", "katu": "street", "utca": "street",
    "sokak": "street", "jalan": "street", "strada": "street", "via": "via", "adresa": "address", "adress": "address", "osoite": "address",
    "cim": "address", "adresi": "address", "alamat": "address", "lieferanschrift": "delivery address", "lieferadresse": "delivery address",
    "rechnungsadresse": "billing address", "rechnungsanschrift": "billing address", "wohnanschrift": "home address",
    "afleveradres": "delivery address", "factuuradres": "billing address", "bezorgadres": "delivery address",
    "adressezeile": "address line", "adresszusatz": "address line 2", "complement": "address line 2", "complemento": "address line 2",
    "numerocivico": "house number", "numerorue": "house number", "miasto": "city", "mesto": "city", "sehir": "city", "kota": "city",
    "kaupunki": "city", "varos": "city", "oras": "city", "poststed": "city", "postort": "city", "miejscowosc": "city", "kelurahan": "city",
    "kecamatan": "district", "ilce": "district", "wojewodztwo": "region", "powiat": "region", "kraj": "region", "provinsi": "region",
    "lan": "lan", "psc": "postcode", "postnummer": "postcode", "postnr": "postcode", "kodpocztowy": "postcode", "postinumero": "postcode",
    "iranyitoszam": "postcode", "postakodu": "postcode", "kodepos": "postcode", "codpostal": "postcode", "cpostal": "postcode",
    "frazione": "district", "quartier": "district", "ortsteil": "district", "stadtteil": "district", "wohnplatz": "city",
    "direction": "direction", "panstwo": "country", "ulke": "country", "negara": "country", "maa": "country", "orszag": "country",
    # about a person
    "dataurodzenia": "birth date", "urodzenia": "birth", "urodzony": "birth", "narozeni": "birth", "foedselsdato": "birth date",
    "fodselsdato": "birth date", "foedelsedag": "birth date", "syntymaaika": "birth date", "dogumtarihi": "birth date",
    "tanggallahir": "birth date", "tgllahir": "birth date", "datanascita": "birth date", "datanascimento": "birth date",
    "fechanacimiento": "birth date", "fecnac": "birth date", "datenaissance": "birth date", "datenaiss": "birth date", "luogonascita": "birth city",
    "lieunaissance": "birth city", "lugarnacimiento": "birth city", "tempatlahir": "birth city", "gebort": "birth city",
    "plec": "gender", "pohlavi": "gender", "kjoenn": "gender", "kjonn": "gender", "koen": "gender", "cinsiyet": "gender",
    "jeniskelamin": "gender", "sukupuoli": "gender", "wiek": "age", "alder": "age", "yas": "age", "umur": "age", "alter": "alter",
    "obywatelstwo": "nationality", "kewarganegaraan": "nationality", "uyruk": "nationality", "estadocivil": "marital status",
    "etatcivil": "marital status", "statocivile": "marital status", "burgerlijkestaat": "marital status", "zivilstand": "marital status",
    "stancywilny": "marital status", "situationfamiliale": "marital status", "kinder": "children", "enfants": "children", "hijos": "children",
    "figli": "children", "filhos": "children", "kinderen": "children", "steuerklasse": "tax bracket marital status", "kids": "children",
    "abteilung": "department", "dipartimento": "department", "departamento": "department", "service": "service", "afdeling": "department",
    "reparto": "department", "setor": "department", "mansione": "job", "funktion": "job", "fonction": "job", "functie": "job",
    "funcion": "job", "funcao": "job", "funzione": "job", "qualifica": "job", "stelle": "job", "stellung": "job", "stanowisko": "job",
    "pekerjaan": "job", "jabatan": "job", "meslek": "job", "yrke": "job", "ammatti": "job", "berufsbezeichnung": "job title",
    "eintritt": "hire date", "eintrittsdatum": "hire date", "austritt": "termination date", "austrittsdatum": "termination date",
    "dataassunzione": "hire date", "assunzione": "hire date", "embauche": "hire date", "dateembauche": "hire date", "contratacion": "hire date",
    "indienst": "hire date", "uitdienst": "termination date", "admissao": "hire date", "wynagrodzenie": "salary", "plat": "plat",
    "lon": "salary", "maas": "salary", "gaji": "salary", "renda": "salary", "revenu": "salary", "ingresos": "salary", "reddito": "salary",
    "einkommen": "salary", "vergütung": "salary", "verguetung": "salary", "nettolohn": "salary", "bruttolohn": "salary",
    "pracodawca": "employer", "datoredilavoro": "employer", "vzdelani": "education", "wyksztalcenie": "education", "pendidikan": "education",
    "ausbildung": "education", "formation": "education", "bildung": "education", "schulabschluss": "education", "opleiding": "education",
    "istruzione": "education", "escolaridade": "education", "escolaridad": "education", "estudios": "education", "diplome": "degree",
    "titulacion": "degree", "notenschnitt": "grade", "muttersprache": "language",
    # documents, banks
    "rodnecislo": "national id", "rodnycislo": "national id", "fodselsnummer": "national id", "foedselsnummer": "national id", "cpr": "national id",
    "hetu": "national id", "henkilotunnus": "national id", "tckimlik": "national id", "tckn": "national id", "nik": "national id",
    "ktp": "national id", "cnp": "national id", "personalnumber": "national id", "isikukood": "national id", "taj": "national id",
    "cedula": "national id", "rut": "national id", "numss": "ssn", "numsecu": "ssn", "secu": "ssn", "insee": "insee", "nss": "ssn", "niss": "ssn",
    "carteidentite": "id card", "personalausweis": "id card", "ausweisnummer": "id card number", "ausweisnr": "id card number",
    "cartaidentita": "id card", "documentoidentidad": "id card", "numdocumento": "document number", "nrdocumento": "document number",
    "rentenversicherungsnummer": "national id", "versichertennummer": "insurance number", "versicherungsnummer": "insurance number",
    "krankenversicherungsnummer": "insurance number", "kvnr": "insurance number", "nip": "tax id", "nipt": "tax id", "dic": "tax id",
    "npwp": "tax id", "vergino": "tax id", "ustid": "tax id", "ustidnr": "tax id", "partitaiva": "tax id company", "piva": "tax id company",
    "siret": "company id", "siren": "company id", "kvknummer": "company id", "handelsregister": "company id", "btwnummer": "tax id company",
    "permisconduire": "driving licence", "fuehrerscheinnummer": "driving licence", "patente": "driving licence", "rijbewijs": "driving licence",
    "cnh": "driving licence", "plaque": "licence plate", "rejestracja": "licence plate", "registrierung": "registration",
    "fahrgestellnummer": "vin", "kontonr": "bank account", "kontonum": "bank account", "bankkonto": "bank account", "iban": "iban",
    "numerodecuenta": "bank account", "numerocuenta": "bank account", "cuentabancaria": "bank account", "contocorrente": "bank account",
    "contabancaria": "bank account", "numerocompte": "bank account", "rekeningnummer": "bank account", "numerkonta": "bank account",
    "kartennummer": "card number", "numerocarte": "card number", "numerotarjeta": "card number", "numerocartao": "card number", "cartao": "card",
    "ccn": "card number", "ccnumber": "card number", "kkarte": "credit card", "pruefziffer": "cvv", "cvn": "cvv", "cvv2": "cvv",
    "matricola": "employee number", "matricule": "employee number", "legajo": "employee number", "personalnummer": "employee number",
    "personalnr": "employee number", "persnr": "employee number", "matrikelnummer": "student number", "matrikelnr": "student number",
    "mitgliedsnummer": "member number", "mitgliedsnr": "member number",
    # secrets
    "haslo": "password", "heslo": "password", "losenord": "password", "loesenord": "password", "passord": "password", "adgangskode": "password",
    "salasana": "password", "jelszo": "password", "parola": "password", "sifre": "password", "katasandi": "password", "kodeord": "password",
    "motpasse": "password", "palavrapasse": "password", "palabraclave": "password", "zugangscode": "access code", "passphrases": "password",
    "contrasenia": "password", "contrasinal": "password", "clavesecreta": "secret key", "schluessel": "key", "cle": "key", "clef": "key",
    "chave": "key", "chiave": "key", "llave": "key", "klucz": "key", "sleutel": "key", "nyckel": "key", "jeton": "token", "ficha": "record",
    "geheim": "secret", "geheimnis": "secret", "segreto": "secret", "segredo": "secret", "secreto": "secret", "sitzung": "session",
    "sesion": "session", "sessao": "session", "sessione": "session", "pubkey": "public key", "pubkeys": "public key", "privkeys": "private key",
    "publickey": "public key", "sshkey": "ssh key", "gpgkey": "gpg key", "clientsecret": "client secret", "refreshtoken": "refresh token",
    "idtoken": "id token", "csrftoken": "csrf token", "resettoken": "reset token", "passkey": "private key", "passkeys": "private key",
    "mnemonic": "secret", "seedphrase": "secret", "puk": "pin", "smtppass": "smtp password", "paperkey": "private key", "otpsecret": "otp secret",
    "apisecret": "api secret", "appsecret": "app secret", "hashedtoken": "token hash", "tokenhash": "token hash", "sso": "sso",
    # health
    "blutgruppe": "blood type", "gruposanguineo": "blood type", "grupposanguigno": "blood type", "tiposanguineo": "blood type",
    "groupesanguin": "blood type", "bloedgroep": "blood type", "grupakrwi": "blood type", "sanguin": "blood", "sanguineo": "blood",
    "antecedents": "medical history", "antecedentes": "medical history", "anamnese": "medical history", "anamnesi": "medical history",
    "vorerkrankung": "disease", "vorerkrankungen": "disease", "erkrankung": "disease", "befund": "finding", "befunde": "finding",
    "krankenkasse": "health insurance", "mutuelle": "health insurance", "zorgverzekering": "health insurance", "krankenversicherung": "health insurance",
    "schwerbehindert": "disability", "schwerbehinderung": "disability", "behinderung": "disability", "handicape": "disability",
    "deficiencia": "disability", "discapacidad": "disability", "disabilita": "disability", "invalidite": "disability", "invalidez": "disability",
    "behandlung": "treatment", "traitement": "treatment", "tratamento": "treatment", "trattamento": "treatment", "behandeling": "treatment",
    "medicacion": "medication", "medicamento": "medication", "medicamentos": "medication", "medicament": "medication", "medicaments": "medication",
    "farmaco": "medication", "farmaci": "medication", "medicatie": "medication", "medicacao": "medication", "medikation": "medication",
    "alergias": "allergy", "alergies": "allergy", "allergien": "allergy", "allergieen": "allergy", "alergie": "allergy",
    "schwangerschaft": "pregnancy", "grossesse": "pregnancy", "embarazo": "pregnancy", "gravidanza": "pregnancy", "gravidez": "pregnancy",
    "impfung": "vaccination", "impfungen": "vaccination", "vacuna": "vaccination", "vacunas": "vaccination", "vaccin": "vaccination",
    "vaccino": "vaccination", "vacina": "vaccination", "sintomas": "symptom", "sintoma": "symptom", "sintomi": "symptom", "symptome": "symptom",
    "enfermedades": "disease", "doenca": "disease", "ziekte": "disease", "choroba": "disease", "sykdom": "disease", "hastalik": "disease",
    "krankheiten": "disease", "medecintraitant": "doctor name", "hausarzt": "doctor name", "huisarts": "doctor name",
    "medicocurante": "doctor name", "clinica": "clinical", "clinico": "clinical", "clinique": "clinical", "klinisch": "clinical", "ordonnance": "prescription", "rezept": "prescription", "receta": "prescription",
    "gewicht": "weight", "poids": "weight", "peso": "weight", "groesse": "size", "altura": "height", "taille": "size", "statura": "height",
    "ethnie": "ethnicity", "etnia": "ethnicity", "etnie": "ethnicity", "ethnoracial": "ethnicity", "raca": "ethnicity", "razza": "ethnicity",
    "ethnischeherkunft": "ethnicity", "religiao": "religion", "religio": "religion", "wyznanie": "religion", "uskonto": "religion",
    "agama": "religion", "din": "din", "glaube": "religion", "godsdienst": "religion", "iglesia": "church", "gewerkschaft": "trade union",
    "syndicat": "trade union", "sindicato": "trade union", "sindacato": "trade union", "vakbond": "trade union", "partei": "political party",
    "partido": "political party", "partito": "political party", "vorstrafen": "criminal", "straftat": "criminal", "antecedentespenales": "criminal",
    # free text
    "verwendungszweck": "note", "anmerkungen": "comment", "kommentare": "comment", "notizen": "note", "hinweis": "note", "remarque": "comment",
    "remarques": "comment", "commentaires": "comment", "commenti": "comment", "annotazioni": "note", "anotaciones": "note", "anotacoes": "note",
    "uwagi": "comment", "poznamka": "note", "poznamky": "note", "notatki": "note", "merknad": "comment", "kommentti": "comment",
    "megjegyzes": "comment", "catatan": "note", "aciklama": "comment", "narration": "note", "narrative": "narrative", "memotext": "note",
    "observacao": "comment", "observacoes": "comment", "observations": "observation", "nachrichten": "message", "mensajes": "message", "mensagem": "message",
    "berichten": "message", "messaggi": "message", "freitext": "free text", "texte": "text", "bemaerkning": "comment", "anteckning": "note",
    # things around
    "rechnung": "invoice", "rechnungen": "invoice", "facture": "invoice", "factures": "invoice", "factura": "invoice", "facturas": "invoice",
    "fattura": "invoice", "fatture": "invoice", "fatura": "invoice", "factuur": "invoice", "facturen": "invoice", "faktura": "invoice",
    "bestellung": "order", "bestellungen": "order", "commande": "order", "commandes": "order", "pedido": "order", "pedidos": "order",
    "ordine": "order", "ordini": "order", "bestelling": "order", "bestellingen": "order", "zamowienie": "order", "auftrag": "order",
    "auftraege": "order", "artikel": "product", "produkt": "product", "produkte": "product", "produit": "product", "produits": "product",
    "producto": "product", "productos": "product", "prodotto": "product", "prodotti": "product", "produto": "product", "produtos": "product",
    "hersteller": "manufacturer", "fabricant": "manufacturer", "vertrag": "contract", "contrat": "contract", "contrato": "contract",
    "reservierung": "booking", "buchung": "booking", "reserva": "booking", "prenotazione": "booking", "konto": "account", "compte": "account",
    "cuenta": "account", "conto": "account", "conta": "account", "rekening": "account", "groupe": "group", "gruppe": "group", "grupo": "group",
    "historia": "history", "historique": "history", "verlauf": "history", "protokoll": "log", "dossier": "record", "akte": "record",
    "akten": "record", "expediente": "record", "cartella": "record", "prontuario": "medical record", "sprechstunde": "appointment",
    "termin": "appointment", "termine": "appointment", "rendezvous": "appointment", "cita": "appointment", "citas": "appointment",
    "appuntamento": "appointment", "consulta": "consultation", "entretien": "interview", "bewerbung": "application", "umsatz": "revenue",
    "actif": "active", "aktiv": "active", "activo": "active", "attivo": "active", "ativo": "active", "actief": "active",
    "begdate": "start date", "enddate": "end date", "startdate": "start date", "regdate": "registered date", "dbname": "database name",
    "descripciones": "description", "summary": "summary", "resume": "resume", "beschrijving": "description", "opis": "description",
    "popis": "description", "beskrivelse": "description", "beskrivning": "description", "deskripsi": "description", "kuvaus": "description",
}  # fmt: skip

TONGUES |= {
    # plain words, so that what surrounds them is read, and what says nothing of anybody is known to say nothing
    "semana": "week", "semaine": "week", "woche": "week", "settimana": "week", "mes": "month", "mois": "month", "mese": "month", "monat": "month",
    "dia": "day", "jour": "day", "giorno": "day", "hora": "hour", "heure": "hour", "horario": "schedule", "horaire": "schedule", "fec": "date",
    "prioridad": "priority", "prioridade": "priority", "priorite": "priority", "monto": "amount", "saldo": "balance", "solde": "balance",
    "asunto": "subject", "detalle": "detail", "detalles": "detail", "detalhe": "detail", "detalhes": "detail", "dato": "data", "datos": "data",
    "dado": "data", "dados": "data", "donnee": "data", "donnees": "data", "daten": "data", "dati": "data", "adicional": "additional",
    "adicionales": "additional", "adicionais": "additional", "caracteristica": "characteristic", "caracteristicas": "characteristic",
    "respuesta": "answer", "resposta": "answer", "reponse": "answer", "risposta": "answer", "pregunta": "question", "pergunta": "question",
    "domanda": "question", "inactivo": "inactive", "inativo": "inactive", "couleur": "color", "colore": "color", "tamano": "size",
    "tamanho": "size", "ordem": "order", "nivel": "level", "niveau": "level", "livello": "level", "curso": "course", "cours": "course",
    "corso": "course", "kurs": "course", "turma": "class", "clase": "class", "asignatura": "subject", "disciplina": "subject", "marca": "brand",
    "marque": "brand", "modelo": "model", "modele": "model", "modell": "model", "modello": "model", "unidad": "unit", "einheit": "unit",
    "almacen": "warehouse", "entrepot": "warehouse", "magazzino": "warehouse", "armazem": "warehouse", "monnaie": "currency",
    "arquivo": "file", "imagem": "image", "percorso": "path", "caminho": "path", "galeria": "gallery", "galerie": "gallery",
    "ubicacion": "location", "emplacement": "location", "standort": "location", "posizione": "location", "localizacao": "location",
    "vehiculo": "vehicle", "vehiculos": "vehicle", "veiculo": "vehicle", "veiculos": "vehicle", "vehicule": "vehicle", "vehicules": "vehicle",
    "fahrzeug": "vehicle", "fahrzeuge": "vehicle", "veicolo": "vehicle", "veicoli": "vehicle", "voertuig": "vehicle", "pojazd": "vehicle",
    "placa": "licence plate", "matriculacion": "licence plate", "asesor": "advisor", "asesores": "advisor", "conseiller": "advisor",
    "conseillers": "advisor", "consulente": "advisor", "consultor": "advisor", "agente": "agent", "agentes": "agent", "agenti": "agent",
    "mensajero": "messenger", "messager": "messenger", "vencimiento": "expires", "vencimento": "expires", "echeance": "expires",
    "scadenza": "expires", "vigencia": "validity", "validez": "validity", "validade": "validity", "aprobado": "approved", "aprovado": "approved",
    "approuve": "approved", "genehmigt": "approved", "approvato": "approved", "sucursal": "branch", "filiale": "branch", "etapa": "stage",
    "etape": "stage", "paso": "step", "resultado": "result", "resultat": "result", "ergebnis": "result", "risultato": "result",
    "puntaje": "score", "puntuacion": "score", "pontuacao": "score", "punteggio": "score", "punkte": "score", "porcentaje": "percent",
    "porcentagem": "percent", "pourcentage": "percent", "percentuale": "percent", "tasa": "rate", "taxa": "rate", "taux": "rate",
    "descuento": "discount", "desconto": "discount", "remise": "discount", "rabatt": "discount", "sconto": "discount", "metodo": "method",
    "methode": "method", "pago": "payment", "paiement": "payment", "pagamento": "payment", "zahlung": "payment", "alquiler": "rent",
    "aluguel": "rent", "loyer": "rent", "miete": "rent", "affitto": "rent", "cuota": "fee", "cant": "quantity", "forma": "form",
    "sonstige": "other", "autres": "other", "otros": "other", "outros": "other", "altro": "other",
    # names of networks, so that `LinkedIn` and `linked_in` are one word
    "linkedin": "linkedin", "facebook": "facebook", "youtube": "youtube", "github": "github", "gitlab": "gitlab", "tiktok": "tiktok",
    "snapchat": "snapchat", "googleplus": "google plus", "soundcloud": "soundcloud", "bitbucket": "bitbucket", "wechat": "wechat",
    "instagram": "instagram", "twitter": "twitter", "telegram": "telegram", "discord": "discord", "skype": "skype", "jabber": "jabber",
    "socialnetworks": "social network", "socialnetwork": "social network", "oauth": "oauth", "openid": "openid", "twofactor": "two factor",
    "password": "password", "username": "username", "metadata": "metadata", "priv": "private", "nickname": "nickname", "bypass": "bypass", "passage": "passage",
    "geolat": "latitude", "geolong": "longitude", "geolng": "longitude",
    "geolon": "longitude", "geox": "longitude", "geoy": "latitude", "geom": "geom", "civility": "salutation",
    # small words that open or close names in the tongues of their applications
    "nm": "name", "cod": "code", "codigo": "code", "cp": "postcode", "pref": "preference", "val": "value", "vl": "value", "qtd": "quantity",
    "sigla": "abbreviation", "situacao": "status", "situacion": "status", "laudo": "medical report health", "documento": "document",
    "documentos": "document", "atestado": "medical certificate health", "responsavel": "guardian", "responsable": "responsible person",
    "analfabeto": "literacy education", "alfabetizado": "literacy education", "sonstiges": "other information", "freifeld": "free field",
    "freifelder": "free field", "internetseite": "website", "bundesstaat": "state region", "unterabteilung": "department",
    "anschreiben": "letter text", "kennung": "login", "arbeitszeit": "working hour", "wochenstunden": "weekly hour", "sperrgrund": "lock reason",
    # Turkish
    "doktor": "doctor", "doktorlar": "doctor", "hastalar": "patient", "ogrenciler": "student", "musteriler": "customer", "personeller": "employee",
    "calisanlar": "employee", "kullanicilar": "user", "uye": "member", "uyeler": "member", "ogretmen": "teacher", "ogretmenler": "teacher",
    "veli": "guardian", "veliler": "guardian", "kisiler": "person", "tani": "diagnosis", "teshis": "diagnosis", "teshisler": "diagnosis",
    "recete": "prescription", "receteler": "prescription", "randevu": "appointment", "randevular": "appointment", "ilac": "medication",
    "ilaclar": "medication", "alerji": "allergy", "kangrubu": "blood type", "kan": "blood", "dogum": "birth", "dogumyeri": "birth city",
    "dogumtarih": "birth date", "unvan": "job title", "uzmanlik": "job specialty", "tarih": "date", "cep": "mobile", "ceptelefonu": "mobile phone",
    "adsoyad": "full name", "isim": "first name", "soyisim": "last name", "anneadi": "mother name", "babaadi": "father name", "il": "region",
    "kullaniciadi": "username", "hesapno": "bank account", "kartno": "card number", "durum": "status", "notlar": "note", "tedavi": "treatment",
    "ogrencino": "student number", "plaka": "licence plate", "vergi": "tax", "medenihal": "marital status", "meslegi": "job", "askerlik": "military service",
    # Dutch, Italian
    "busnummer": "house number", "btwnummer": "tax id", "klantnummer": "customer number", "bedrijfsnaam": "company name", "operaio": "worker", "operai": "worker",
    "sposato": "married", "luogoresidenza": "city", "carico": "carico", "leeftijden": "age", "adresbedrijf": "company address",
    "dependente": "dependent", "dependentes": "dependent", "dependiente": "dependent", "dependientes": "dependent", "familiares": "relative",
    "prename": "first name", "prenames": "first name", "vermerk": "note", "vermerke": "note", "vzweck": "note", "rolle": "role", "unidade": "unit",
    # telephony and access to networks
    "callerid": "caller id", "callingstationid": "mac address", "calledstationid": "mac address", "framedipaddress": "framed ip address",
    "nasipaddress": "nas ip address", "acctsessionid": "session id", "callednumber": "called number", "callingnumber": "calling number",
    "sang": "blood", "salaries": "employee", "acesso": "access", "acceso": "access", "acces": "access", "accesso": "access", "vraag": "question",
    "geheime": "secret", "certidao": "certificate", "talla": "height", "temperatura": "temperature",
    "objetivo": "purpose", "motivacao": "reason", "justificativa": "justification", "justificacion": "justification", "parecer": "comment",
}  # fmt: skip

# Words that glued names are cut into, beside those of `words.py`.
PARTS = frozenset(
    """
    mother father guardian spouse child children parent sibling partner holder bearer recipient sender payer payee beneficiary
    subscriber insured policy insurance employee employer company contact assistant supervisor manager student teacher patient doctor
    nurse client buyer seller visitor passenger delegate attendee applicant candidate donor sponsor member smtp imap pop ldap ftp proxy
    database server cell work home office business emergency primary secondary alternate alternative previous current prev normalized
    lower upper raw cooked cached display prefix income family size household phonetic kana data sess note push device refresh remember
    remote forwarded masked encrypted enc last first full message detail info payload body header headers callback incoming outgoing
    profile picture image icon cover color race blood pressure temperature pulse dose drug route reason relation relationship
    registration vehicle engine serial fingerprint hardware software purchase order invoice receipt shipping delivery billing
    mfa extra restriction html vat tax two factor nice alt scratch claim voucher confirm confirmation normalised canonical
    reviewer author approver requester speaker composer artist director actor player performer instructor organizer creator editor translator
    unix system rate limiting limit metric hardware plugin session subject contact additional approval authorization confirmation demographics
    ticket change custom value field capture sms reminder rejection cancellation new old act visitor signature list attachment
    deceased diagnosis procedure symptom consent number code url identifier question tax vat gender birth marriage mail
    exp tmp temp valid priv sick leave vacation hour week weekly monthly yearly hourly daily spatial wedding merchant employment employed
    salaried pay rate net gross base scan cheque credit cash bonus quota service grant network node hierarchy
    jabber skype facebook twitter linkedin instagram google youtube github gitlab discord telegram whatsapp snapchat mastodon matrix
    stripe paypal saml oidc oauth issuer nonce verifier challenge seed pepper digest cipher sealed signing
    hook slack voice failed success enabled expiry expiration issued revoked used
    review rating exam course school college campus faculty clinic hospital insurer premium ward
    vaccine dosage membership enrollment enrolment interview resume payroll overtime absence division branch
    province village town apartment locality neighborhood surname nick screen real legal preferred former prior original kin
    husband wife daughter brother sister demographics attempt failure
    """.split()  # noqa: SIM905
)

__all__ = ["PARTS", "TONGUES"]
