// BankStorage
